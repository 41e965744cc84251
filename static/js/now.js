// <rf-now></rf-now> in the current step of a path that scrolls by itself: brings it into sight, without moving the page.
customElements.define('rf-now', class extends HTMLElement {
  connectedCallback() {
    const box = this.closest('.path');
    box.scrollTop += this.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 2;
  }
});
