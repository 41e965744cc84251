// <rf-still hx-get="…" hx-trigger="session-moved:1042 from:body, …" hx-target="#stage" hx-swap="outerMorph">: brings a
// part of the page up to date, and leaves it alone while somebody works in it: a text stands in a field, a field has the
// focus, or the part carries data-held. Then the words of its <template> go to the element that `says` names.
// A field inside [hx-morph-skip] is nobody's concern here: the swap leaves it as it is.
customElements.define('rf-still', class extends HTMLElement {
  connectedCallback() {
    this.addEventListener('htmx:before:swap', this);
  }

  handleEvent(event) {
    const part = document.querySelector(this.getAttribute('hx-target'));
    const isNews = event.detail.ctx.response.status !== 204;
    const isMeant = isNews && event.target === this && event.detail.tasks.some(task => task.target === part);
    if (!isMeant || !this.isBusy(part)) return;
    event.preventDefault();
    document.getElementById(this.getAttribute('says')).replaceChildren(this.querySelector('template').content.cloneNode(true));
  }

  isBusy(part) {
    const fields = [...part.querySelectorAll('input:not([type=hidden]), textarea, select')];
    return 'held' in part.dataset || fields.some(field => !field.closest('[hx-morph-skip]') && this.isInUse(field));
  }

  isInUse(field) {
    if (field === document.activeElement) return true;
    return field.matches('textarea') ? field.value : field.matches('input') && field.value !== field.defaultValue;
  }
});
