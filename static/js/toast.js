// <rf-toast class="toasts" role="status">: the region of the toasts. Each goes after 6 s, unless it is an error
// (data-level="error"), holds the focus or is under the pointer; [data-close] closes one. Where a request of htmx
// fails and nothing is swapped, it shows the region's template for that status, or its general one. What says that the
// server does not answer ([data-away]) goes with its first answer.
customElements.define('rf-toast', class extends HTMLElement {
  connectedCallback() {
    this.observer = new MutationObserver(changes => changes.forEach(change => change.addedNodes.forEach(node => this.watch(node))));
    this.observer.observe(this, { childList: true });
    [...this.children].forEach(child => this.watch(child));
    this.addEventListener('click', event => event.target.closest('[data-close]')?.closest('.toast').remove());
    document.addEventListener('htmx:error', this);
    document.addEventListener('htmx:response:error', this);
    document.addEventListener('htmx:after:request', this);
  }

  disconnectedCallback() {
    this.observer.disconnect();
    document.removeEventListener('htmx:error', this);
    document.removeEventListener('htmx:response:error', this);
    document.removeEventListener('htmx:after:request', this);
  }

  watch(toast) {
    if (!(toast instanceof HTMLElement) || !toast.matches('.toast') || toast.dataset.level === 'error') return;
    const leave = () => toast.matches(':hover, :focus-within') ? setTimeout(leave, 1000) : toast.remove();
    setTimeout(leave, 6000);
  }

  handleEvent(event) {
    const status = event.detail.ctx?.response?.status ?? 0;
    if (event.type === 'htmx:after:request') return status && this.querySelector('.toast[data-away]')?.remove();
    if (event.type === 'htmx:response:error' && (status === 409 || status === 422)) return;
    const template = this.querySelector(`template[data-status="${status}"]`) ?? this.querySelector('template:not([data-status])');
    this.querySelectorAll('.toast[data-level="error"]').forEach(old => old.remove());
    this.append(template.content.cloneNode(true));
  }
});
