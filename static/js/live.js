// <rf-live hx-sse:connect="/events/" hx-trigger="load, live:connect">: the one stream of a page, see docs/htmx.md.
// Fragments listen at the body, for what comes in: `<event>`, and `<event>:<id>` where the event's data has an id. The
// second is not told to a page that carries [data-shows="…"] with the event's `shows`, and waits for what is under way.
// From the clock: `live:refresh` when something may have been missed, `live:beat` every 20 s while the page is in view,
// `live:poll` every 60 s while it is not. Where a [data-quiet] element's
// request fails nothing is said: it is tried again.
customElements.define('rf-live', class extends HTMLElement {
  connectedCallback() {
    this.waiting = new Map();
    this.tries = this.beatAt = this.triedAt = 0;
    this.lookedAt = this.pollAt = this.heardAt = Date.now();
    this.stop = new AbortController();
    const listen = (target, type, act, capture) => target.addEventListener(type, act, { signal: this.stop.signal, capture });
    listen(this, 'htmx:config:request', event => this.asks(event));
    listen(this, 'htmx:sse:before:connection', event => { if (document.hidden || this.isRefused) event.preventDefault(); });
    listen(this, 'htmx:sse:after:connection', event => this.opened(event.detail.connection));
    listen(this, 'htmx:sse:before:message', event => this.heard(event.detail.message));
    listen(this, 'htmx:sse:error', event => this.failed(event.detail.status));
    listen(this, 'htmx:sse:close', () => { this.connection = null; });
    listen(document, 'htmx:config:request', event => this.mark(event));
    for (const type of ['htmx:error', 'htmx:response:error']) listen(document, type, event => this.hush(event), true);
    listen(document, 'htmx:finally:request', () => setTimeout(() => this.tell()));
    listen(document, 'visibilitychange', () => this.look());
    this.clock = setInterval(() => this.look(), 1000);
  }

  disconnectedCallback() {
    this.stop.abort();
    clearInterval(this.clock);
  }

  fire(name) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true }));
  }

  // The tab goes on where it stood on its last page, so that nothing falls between two pages.
  asks(event) {
    if (event.target !== this) return;
    if (document.hidden || this.connection || this.isRefused) return event.preventDefault();
    this.triedAt = Date.now();
    const last = this.kept();
    this.isNew = !last;
    if (last) event.detail.ctx.request.headers['Last-Event-ID'] = last;
  }

  // What the page asks by itself says so: after an expired sign-in it must not lead away from what is typed.
  mark(event) {
    const { sourceElement, request } = event.detail.ctx;
    if (sourceElement.matches('[data-quiet]')) request.headers['X-Quiet'] = 'true';
  }

  opened(connection) {
    if (this.connection || this.isNew) setTimeout(() => this.fire('live:refresh'));
    this.connection = connection;
    this.heardAt = Date.now();
    this.tries = 0;
  }

  heard(message) {
    this.heardAt = Date.now();
    if (message.id) this.keep(message.id);
    if (message.event === 'live:reset') return this.fire('live:refresh');
    const { id, shows } = JSON.parse(message.data || '{}');
    if (id !== undefined) this.waiting.set(`${message.event}:${id}`, shows);
    setTimeout(() => this.tell());
  }

  // A change of one's own comes back by the stream before its answer is on the page.
  tell() {
    if (document.querySelector('.htmx-request')) return;
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const [name, shows] of waiting) {
      if (!shows || !document.querySelector(`[data-shows="${CSS.escape(shows)}"]`)) this.fire(name);
    }
  }

  failed(status) {
    this.isRefused = status === 401;
  }

  hush(event) {
    const { sourceElement, response } = event.detail.ctx ?? {};
    if (!sourceElement?.matches('[data-quiet]')) return;
    event.stopImmediatePropagation();
    if (sourceElement === this) this.failed(response?.status);
  }

  // Once a second: what is due. A clock that stood still means that the device slept, and its connection with it.
  look() {
    const now = Date.now();
    const slept = now - this.lookedAt > 10_000;
    this.lookedAt = now;
    if (document.hidden) return this.poll(now);
    if (now - this.beatAt >= 20_000) {
      this.beatAt = now;
      this.fire('live:beat');
    }
    if (this.connection && (slept || now - this.heardAt > 45_000)) this.reconnect(now);
    if (!this.connection && !this.isRefused && now - this.triedAt > Math.min(1000 * 2 ** this.tries, 4000)) {
      this.tries += 1;
      this.fire('live:connect');
    }
  }

  poll(now) {
    if (now - this.pollAt < 60_000) return;
    this.pollAt = now;
    this.fire('live:poll');
  }

  reconnect(now) {
    this.heardAt = now;
    this.connection.reader?.cancel();
  }

  kept() {
    try { return sessionStorage.getItem('rf-live'); } catch { return null; }
  }

  keep(id) {
    try { sessionStorage.setItem('rf-live', id); } catch { /* storage is switched off */ }
  }
});
