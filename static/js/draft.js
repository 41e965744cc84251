// <rf-draft key="user:session:step" url="/…/draft"><textarea name="note">…</textarea><small data-state></small></rf-draft>
// Around a field of one line, a choice or a tick box it does the same; there the kept one wins.
// Keeps what is typed on the device, posts it when typing stops, and says truthfully which of the two has it.
// The server answers 2xx to what it has kept. `base` is the server's text that the kept one was built on: after a
// reload the kept text replaces the same base, and is added beneath any other, so that nothing typed is lost.
// <rf-draft key="…" done></rf-draft> tells the device that the server has the text of that key for good.
customElements.define('rf-draft', class extends HTMLElement {
  static observedAttributes = ['key'];

  // A morph puts the element in first, and its attributes and children after that; or it makes one of another step.
  connectedCallback() {
    queueMicrotask(() => { if (this.isConnected && !this.isHeld) this.begin(); });
  }

  attributeChangedCallback(_name, before) {
    if (before === null || !this.isHeld) return;
    clearTimeout(this.wait);
    this.stop.abort();
    this.connectedCallback();
  }

  get isHeld() {
    return this.stop && !this.stop.signal.aborted;
  }

  begin() {
    this.slotName = `rf-draft:${this.getAttribute('key')}`;
    this.forgetOld();
    if (this.hasAttribute('done')) return this.forget();
    this.area = this.querySelector('textarea, select, input:not([type=hidden])');
    this.state = this.querySelector('[data-state]');
    this.base = this.given;
    this.restore();
    if (this.text && this.closest('[data-unsaved]')) this.unsure();
    this.stop = new AbortController();
    const listen = (target, type, act) => target.addEventListener(type, act, { signal: this.stop.signal });
    listen(this.area, 'input', () => this.typed());
    listen(window, 'online', () => this.send());
    listen(document, 'visibilitychange', () => { if (document.hidden) this.send(); });
    listen(this.area.form ?? this, 'htmx:after:request', event => this.submitted(event.detail.ctx));
  }

  // A swap that takes the text away before it was posted must not lose it.
  disconnectedCallback() {
    clearTimeout(this.wait);
    if (!this.isHeld) return;
    this.stop.abort();
    this.send();
  }

  get isTick() {
    return this.area.type === 'checkbox';
  }

  // What the server put in; a choice has no default value of its own.
  get given() {
    if (this.isTick) return this.area.defaultChecked ? this.area.value : '';
    return this.area.defaultValue ?? this.area.querySelector('[selected]')?.value ?? '';
  }

  get text() {
    return this.isTick && !this.area.checked ? '' : this.area.value;
  }

  set text(text) {
    if (this.isTick) this.area.checked = text !== '';
    else this.area.value = text;
  }

  restore() {
    const kept = this.read();
    if (!kept || kept.text === this.base) return this.forget();
    const adds = this.area.matches('textarea') && this.base && kept.base !== this.base;
    this.text = adds ? `${this.base}\n${kept.text}` : kept.text;
    this.unsure(); // what the page before this one sent may have arrived after this one was made
  }

  // The server put the text in, or may have it otherwise, without having kept it.
  unsure() {
    this.mayDiffer = true;
    this.typed();
  }

  typed() {
    const kept = this.keep();
    this.say(kept ? 'Not saved, kept on this device' : 'Not saved yet');
    clearTimeout(this.wait);
    this.wait = setTimeout(() => this.send(), 700);
  }

  async send() {
    const { text } = this;
    if (text === this.base && !this.mayDiffer) return this.saved(text);
    clearTimeout(this.wait);
    const answer = await this.post(text);
    if (answer?.ok) this.saved(text);
    else if (answer?.status === 422) this.say(`Kept on this device. ${await answer.text()}`);
    else if (this.isConnected) this.wait = setTimeout(() => this.send(), 10_000);
  }

  async post(text) {
    const token = this.area.form?.elements.csrfmiddlewaretoken?.value ?? '';
    const body = new URLSearchParams({ [this.area.name]: text });
    const keepalive = body.toString().length < 60_000; // a browser sends no more than 64 kB once the page is left
    const options = { method: 'POST', keepalive, redirect: 'manual', headers: { 'X-CSRFToken': token } };
    try {
      return await fetch(this.getAttribute('url'), { ...options, body });
    } catch {
      return null;
    }
  }

  saved(text) {
    this.base = text;
    this.mayDiffer = false;
    if (this.text !== text) return this.keep();
    this.forget();
    this.say('Saved');
  }

  submitted(context) {
    if (!context.request.form || context.request.form !== this.area.form || context.response.status >= 300) return;
    clearTimeout(this.wait);
    this.forget();
    this.stop.abort();
  }

  say(words) {
    if (this.state) this.state.textContent = words;
  }

  read() {
    try { return JSON.parse(localStorage.getItem(this.slotName)); } catch { return null; }
  }

  keep() {
    try {
      localStorage.setItem(this.slotName, JSON.stringify({ text: this.text, base: this.base, at: Date.now() }));
      return true;
    } catch {
      return false;
    }
  }

  forget() {
    try { localStorage.removeItem(this.slotName); } catch { /* storage is switched off */ }
  }

  // A week is long enough to come back to a device, and short enough for what may hold a secret.
  forgetOld() {
    try {
      Object.keys(localStorage).filter(name => name.startsWith('rf-draft:')).forEach(name => {
        if (Date.now() - JSON.parse(localStorage.getItem(name)).at > 7 * 24 * 3600 * 1000) localStorage.removeItem(name);
      });
    } catch { /* storage is switched off */ }
  }
});
