// <rf-bell>: the bell of the top bar. Opening it asks for its list (the event "bell" on the body, which anything may send
// that knows of news). After each answer the number of unread notifications, #bell-count, stands before the page's title
// and is said when it has changed; a focus that the answer took away goes back, or to the heading of the open list.
customElements.define('rf-bell', class extends HTMLElement {
  connectedCallback() {
    this.addEventListener('toggle', this, true);
    this.addEventListener('focusin', event => { this.held = event.target; });
    document.addEventListener('htmx:after:swap', this);
    this.tell();
  }

  disconnectedCallback() {
    document.removeEventListener('htmx:after:swap', this);
  }

  handleEvent(event) {
    if (event.type !== 'toggle') this.tell();
    else if (event.newState === 'open') this.open();
  }

  open() {
    this.querySelector('h2').focus();
    document.body.dispatchEvent(new CustomEvent('bell'));
  }

  tell() {
    const label = this.querySelector('button .count')?.textContent ?? '';
    document.title = document.title.replace(/^(\(\d+\+?\) )?/, label && `(${label}) `);
    if (label !== (this.label ?? label)) {
      this.querySelector(':scope > [role=status]').textContent = label ? `${label} unread notifications` : 'No unread notifications';
    }
    this.label = label;
    if (this.querySelector(':popover-open') && document.activeElement === document.body) (this.held?.isConnected ? this.held : this.querySelector('h2')).focus();
  }
});
