// <rf-here gone="/…/gone/"><form hx-post="/…/here/" hx-trigger="live:beat from:body">: says at once that the person left.
customElements.define('rf-here', class extends HTMLElement {
  connectedCallback() {
    window.addEventListener('pagehide', this);
  }

  disconnectedCallback() {
    window.removeEventListener('pagehide', this);
  }

  handleEvent() {
    navigator.sendBeacon(this.getAttribute('gone'), new FormData(this.querySelector('form')));
  }
});
