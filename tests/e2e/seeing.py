"""What a person sees and a screen reader says of the widget, measured."""

CONTRAST = """() => {
  const root = document.querySelector("[data-balcao]").shadowRoot;
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([red, green, blue]) => {
    const [r, g, b] = [red, green, blue].map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const [r, g, b, alpha = 1] = parse(getComputedStyle(at).backgroundColor);
      if (alpha > 0) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const one of root.querySelectorAll("*")) {
    const texts = [...one.childNodes].filter((node) => node.nodeType === 3);
    const own = texts.map((node) => node.textContent.trim()).join("");
    const box = one.getBoundingClientRect();
    if ((!own && one.localName !== "svg") || box.width < 2 || one.closest(".hidden-text")) continue;
    const style = getComputedStyle(one);
    const [a, b] = [light(parse(style.color)), light(behind(one))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    found.push([own || one.localName, Math.round(ratio * 100) / 100, one.localName === "svg" ? 3 : 4.5]);
  }
  return found;
}"""


def contrasts(page):
    """(text, ratio, the least that WCAG 2 AA wants) of everything in the widget that is seen."""
    return page.evaluate(CONTRAST)


def names(page):
    """(role, name) of everything that the browser tells a screen reader, from its accessibility tree."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    return [
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in nodes
        if not node.get("ignored") and "role" in node
    ]
