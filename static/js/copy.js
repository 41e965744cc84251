// <rf-copy from="id" html="id"><button><span class="l">Copy</span></button></rf-copy>
// Puts on the clipboard what the server made: the text of `from` and, where given, the HTML of `html`.
// `ticks` is the id of a box that a copy ticks, `says` what it says then, if not "Copied". Either may be a <template>, a <textarea> or any element. Works on plain http, where the clipboard API is missing.
customElements.define('rf-copy', class extends HTMLElement {
  connectedCallback() {
    this.addEventListener('click', this);
  }

  disconnectedCallback() {
    clearTimeout(this.back);
  }

  async handleEvent(event) {
    if (!event.target.closest('button')) return;
    this.label = this.querySelector('.l');
    this.was ??= this.label.textContent;
    this.label.setAttribute('aria-live', 'polite');
    const done = await this.write(this.text, this.html);
    const box = document.getElementById(this.getAttribute('ticks'));
    if (done && box && !box.checked) box.click();
    this.label.textContent = done ? this.getAttribute('says') ?? 'Copied' : 'Not copied';
    clearTimeout(this.back);
    this.back = setTimeout(() => { this.label.textContent = this.was; }, 2000);
  }

  get text() {
    const source = document.getElementById(this.getAttribute('from'));
    return source.value ?? (source.content ?? source).textContent;
  }

  get html() {
    return document.getElementById(this.getAttribute('html'))?.innerHTML.trim() ?? '';
  }

  async write(text, html) {
    try {
      const parts = { 'text/plain': new Blob([text], { type: 'text/plain' }) };
      if (html) parts['text/html'] = new Blob([html], { type: 'text/html' });
      await navigator.clipboard.write([new ClipboardItem(parts)]);
      return true;
    } catch {
      return this.writeByEvent(text, html);
    }
  }

  writeByEvent(text, html) {
    const fill = event => {
      event.preventDefault();
      event.clipboardData.setData('text/plain', text);
      if (html) event.clipboardData.setData('text/html', html);
    };
    const focused = document.activeElement;
    const area = Object.assign(document.createElement('textarea'), { value: text, className: 'sr' });
    this.append(area);
    area.select();
    document.addEventListener('copy', fill, { once: true });
    const done = document.execCommand('copy');
    document.removeEventListener('copy', fill);
    area.remove();
    focused?.focus({ preventScroll: true });
    return done;
  }
});
