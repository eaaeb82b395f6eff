/**
 * Lets the libraries add their styles under the page's content security policy.
 *
 * Monaco and Radix make <style> elements at run time and know nothing of nonces. Scripts that run here were allowed by
 * the page's nonce, and hand it on to the style sheets that they make; markup that somebody injects has none to give.
 */
export function allowStyles(): void {
  const nonce = document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce;
  const createElement = document.createElement.bind(document);
  if (!nonce) return;
  document.createElement = (name: string, options?: ElementCreationOptions) => {
    const element = createElement(name, options);
    if (element instanceof HTMLStyleElement) element.nonce = nonce;
    return element;
  };
}
