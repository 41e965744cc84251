// <rf-kept key="user:call"><form>…</form></rf-kept> keeps what is typed into a form on the device, until the server
// has taken it: a reload or a sign-in that has run out gives it back.
// <rf-kept key="…" done></rf-kept>, on the page that follows the form, forgets what was sent and nothing else.
customElements.define('rf-kept', class extends HTMLElement {
  connectedCallback() {
    this.slotName = `rf-draft:${this.getAttribute('key')}`;
    if (this.hasAttribute('done')) return this.read().sent && this.forget();
    this.form = this.querySelector('form');
    this.restore(this.read().fields ?? {});
    this.form.addEventListener('input', () => this.keep(false));
    this.form.addEventListener('submit', () => this.keep(true));
  }

  fields() {
    return [...this.form.elements].filter(field => field.matches('input:not([type=hidden]), textarea'));
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
