// <rf-theme><form><button name="theme">: switches at once and tells the server, which sets the cookie.
// Without JavaScript the form does it by itself.
customElements.define('rf-theme', class extends HTMLElement {
  connectedCallback() {
    this.addEventListener('submit', this);
  }

  handleEvent(event) {
    event.preventDefault();
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
    const body = new FormData(event.target);
    body.set('theme', root.dataset.theme);
    fetch(event.target.action, { method: 'POST', body, redirect: 'manual', keepalive: true });
  }
});
