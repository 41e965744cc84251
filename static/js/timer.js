// <rf-timer seconds="1122">18:42</rf-timer>: counts on from what the server said; with `paused` it stands still.
customElements.define('rf-timer', class extends HTMLElement {
  connectedCallback() {
    this.began = Date.now() - Number(this.getAttribute('seconds')) * 1000;
    this.show();
    if (!this.hasAttribute('paused')) this.tick = setInterval(() => this.show(), 1000);
  }

  disconnectedCallback() {
    clearInterval(this.tick);
  }

  show() {
    const total = Math.floor((Date.now() - this.began) / 1000);
    const two = number => String(number).padStart(2, '0');
    const hours = Math.floor(total / 3600);
    const minutes = Math.floor(total / 60) % 60;
    this.textContent = `${hours ? `${hours}:${two(minutes)}` : minutes}:${two(total % 60)}`;
  }
});
