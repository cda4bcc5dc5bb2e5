(() => {
  const found = [];
  const root = document.documentElement;
  const say = (what) => { if (found.length < 40) found.push(what); };
  const name = (element) => {
    const rect = element.getBoundingClientRect();
    const place = [rect.left, rect.top, rect.right, rect.bottom].map(Math.round).join(" ");
    return `<${element.tagName} class="${element.getAttribute("class")}"> "${element.textContent.trim().slice(0, 60)}" at ${place}`;
  };

  if (root.scrollWidth > innerWidth) {
    say(`the page is ${root.scrollWidth} wide, the window ${innerWidth}`);
    for (const element of document.querySelectorAll("body *"))
      if (element.getBoundingClientRect().right > innerWidth + 1 && (matchMedia("print").matches || !element.closest(".scroll, pre")))
        say(`too wide: ${name(element)}`);
  }

  const allowed = /^(a|b|blockquote|body|br|code|dd|defs|desc|details|div|dl|dt|em|figcaption|figure|footer|g|h1|h2|h3|h4|head|header|hr|html|i|img|li|line|main|meta|nav|ol|p|pattern|pre|rect|s|section|small|span|strong|style|summary|svg|table|tbody|td|text|th|thead|title|tr|ul)$/;
  for (const element of document.querySelectorAll("*")) {
    if (!allowed.test(element.tagName.toLowerCase())) say(`an element that is not ours: ${name(element)}`);
    for (const { name: attribute, value } of element.attributes) {
      if (/^on|^style$|^srcset$|^action$/i.test(attribute)) say(`${attribute} of ${name(element)}`);
      if (/^(href|src)$/i.test(attribute) && !/^(https?:|mailto:|#|data:image\/)/.test(value)) say(`${attribute}=${value}`);
    }
  }
  for (const link of document.querySelectorAll('a[href^="#"]'))
    if (!document.getElementById(decodeURIComponent(link.getAttribute("href").slice(1)))) say(`leads nowhere: ${link.getAttribute("href")}`);
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  for (const id of new Set(ids)) if (ids.filter((other) => other === id).length > 1) say(`twice: id ${id}`);

  const svg = [...document.querySelectorAll(".chart svg")].find((one) => one.checkVisibility());
  const edge = svg.getBoundingClientRect();
  const texts = [...svg.querySelectorAll("text")];
  const boxes = texts.map((text) => text.getBoundingClientRect());
  texts.forEach((text, place) => {
    const box = boxes[place];
    if (box.width < 1 || box.height < 1) say(`not to be seen: ${name(text)}`);
    if (box.left < edge.left - 1 || box.right > edge.right + 1 || box.top < edge.top - 1 || box.bottom > edge.bottom + 1)
      say(`outside the picture: ${name(text)}`);
    const size = parseFloat(getComputedStyle(text).fontSize) * (edge.width / svg.viewBox.baseVal.width);
    const least = matchMedia("print").matches ? 7 : 9.5;
    if (size < least) say(`${size} pixels small: ${name(text)}`);
    for (let other = place + 1; other < texts.length; other++) {
      const next = boxes[other];
      if (box.left < next.right - .5 && next.left < box.right - .5 && box.top < next.bottom - 2.5 && next.top < box.bottom - 2.5)
        say(`labels overlap: ${name(text)} and ${name(texts[other])}`);
    }
  });
  if (!svg.querySelector("title").textContent || !svg.querySelector("desc").textContent) say("the picture has no words");

  const color = (text) => (text.match(/[\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => {
    const part = (value) => { value /= 255; return value <= .03928 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4; };
    return .2126 * part(r) + .7152 * part(g) + .0722 * part(b);
  };
  const behind = (element) => {
    for (; element; element = element.parentElement) {
      const back = color(getComputedStyle(element).backgroundColor);
      if (back.length === 3 || back[3] > .5) return back;
    }
    return [255, 255, 255];
  };
  const worst = new Map();
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || element.matches(".anchor, .in") || element.closest("defs, title, desc") || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const pair = [light(color(element.closest("svg") ? style.fill : style.color)), light(behind(element))].sort((a, b) => b - a);
    const contrast = (pair[0] + .05) / (pair[1] + .05);
    if (contrast < 4.5) worst.set(`${element.tagName}.${element.getAttribute("class")}`, `${contrast.toFixed(2)}: ${name(element)}`);
  }
  for (const [, what] of worst) say(`hard to read, contrast ${what}`);

  const details = [...document.querySelectorAll("details")];
  return {
    found,
    title: document.title,
    headings: [...document.querySelectorAll("h2")].map((heading) => heading.firstChild.textContent),
    paper: light(color(getComputedStyle(document.body).backgroundColor)),
    details: details.length,
    open: details.filter((one) => one.querySelector("pre").checkVisibility({ contentVisibilityAuto: true }) && one.querySelector("pre").getBoundingClientRect().height > 0).length,
    todo: [...document.querySelectorAll(".todo")].filter((one) => one.checkVisibility()).length,
    height: root.scrollHeight,
  };
})()
