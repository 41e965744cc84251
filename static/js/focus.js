// <rf-focus class="sr" role="status">: the polite live region, and the keeper of the focus.
// The heading of what one works on carries data-focus="an id of it" and may carry data-announce="Step 6 of about 8".
// When a swap brings another id, the heading gets the focus and the sentence is said. Where a swap took the focused
// element away, the first wrong field gets the focus, or the pressed button, or the heading; so too after browser Back.
// What went wrong is brought into sight. What [data-quiet] brings in by itself is said, and takes the focus from nobody.
customElements.define('rf-focus', class extends HTMLElement {
  connectedCallback() {
    this.seen = this.heading?.dataset.focus;
    document.addEventListener('htmx:before:swap', this);
    document.addEventListener('htmx:finally:request', this);
    const [arrival] = performance.getEntriesByType('navigation');
    if (arrival && arrival.type !== 'navigate') this.restore();
  }

  disconnectedCallback() {
    document.removeEventListener('htmx:before:swap', this);
    document.removeEventListener('htmx:finally:request', this);
  }

  get heading() {
    return document.querySelector('[data-focus]');
  }

  // The pressed button is still disabled while the event runs.
  handleEvent({ type, detail: { ctx } }) {
    if (type === 'htmx:before:swap') this.held = document.activeElement !== document.body;
    else if (ctx.sourceElement?.matches('[data-quiet]')) setTimeout(() => this.bear());
    else setTimeout(() => this.settle(ctx.request?.submitter));
  }

  say() {
    const heading = this.heading;
    if (!heading || heading.dataset.focus === this.seen) return;
    this.seen = heading.dataset.focus;
    this.textContent = heading.dataset.announce ?? '';
  }

  bear() {
    this.say();
    if (this.held) this.restore(null);
    this.held = false;
  }

  settle(pressed) {
    const heading = this.heading;
    if (heading && heading.dataset.focus !== this.seen) {
      this.say();
      heading.focus();
    } else {
      this.restore(pressed?.isConnected ? pressed : null);
    }
    document.querySelector('main [role="alert"]')?.scrollIntoView({ block: 'nearest' });
  }

  restore(pressed) {
    if (document.activeElement && document.activeElement !== document.body) return;
    const wrong = document.querySelector('[aria-invalid="true"]');
    (wrong ?? pressed ?? this.heading)?.focus({ preventScroll: true });
  }
});
