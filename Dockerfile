FROM python:3.11-slim-bookworm AS packages
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --disable-pip-version-check -r requirements.txt

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /app rf
WORKDIR /app
COPY --from=packages /venv /venv
COPY manage.py ./
COPY resolutionflow resolutionflow
COPY apps apps
COPY templates templates
COPY static static
COPY deploy/healthcheck.py deploy/
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PORT=8000 \
    WEB_CONCURRENCY=2 \
    RF_STATIC_ROOT=/app/staticfiles
# The settings name a database and keys, and collecting static files uses neither.
RUN SECRET_KEY=build RF_ENCRYPTION_KEYS=build DATABASE_URL=postgresql://build/build \
    python manage.py collectstatic --no-input --verbosity 0 && python -m compileall -q apps resolutionflow
USER rf
ENV RF_ENV=production
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=4s --start-period=20s CMD ["python", "deploy/healthcheck.py"]
# WEB_CONCURRENCY is uvicorn's own setting of its number of processes.
CMD ["sh", "-c", "exec uvicorn resolutionflow.asgi:application --host 0.0.0.0 --port \"$PORT\" --loop uvloop --http httptools --lifespan off --no-access-log --timeout-graceful-shutdown 3"]
