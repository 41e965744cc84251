// <rf-kept key="user:call"><form>…</form></rf-kept> keeps what is typed into a form on the device, until the server
// has taken it: a reload or a sign-in that has run out gives it back. A password is not kept.
// <rf-kept key="…" done></rf-kept>, on the page that follows the form, forgets what was sent and nothing else.
customElements.define('rf-kept', class extends HTMLElement {
  connectedCallback() {
    this.slotName = `rf-draft:${this.getAttribute('key')}`;
    if (this.hasAttribute('done')) return this.read().sent && this.forget();
    this.addEventListener('input', this);
    this.addEventListener('submit', this);
    queueMicrotask(() => this.restore(this.read().fields ?? {})); // a morph puts the element in before its form
  }

  handleEvent(event) {
    this.keep(event.type === 'submit');
  }

  fields() {
    return [...this.querySelectorAll('input:not([type=hidden], [type=password]), textarea, select')];
  }

  restore(kept) {
    this.fields().filter(field => kept[field.name] && !field.value).forEach(field => { field.value = kept[field.name]; });
    if (Object.keys(kept).length) this.keep(false);
  }

  keep(sent) {
    const fields = Object.fromEntries(this.fields().map(field => [field.name, field.value]).filter(([, value]) => value));
    if (!Object.keys(fields).length) return this.forget();
    try { localStorage.setItem(this.slotName, JSON.stringify({ fields, sent, at: Date.now() })); } catch { /* storage is switched off */ }
  }

  read() {
    try { return JSON.parse(localStorage.getItem(this.slotName)) ?? {}; } catch { return {}; }
  }

  forget() {
    try { localStorage.removeItem(this.slotName); } catch { /* storage is switched off */ }
  }
});
