// Everything on the page works without this script. It adds a button that copies
// a command, a search over the checks, and opens what a link or a printer needs.
(() => {
  "use strict";
  const words = document.body.dataset; // in the language of the page
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));

  if (navigator.clipboard) {
    for (const figure of all("figure.command")) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = words.copy;
      button.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(figure.querySelector("pre").textContent);
          button.textContent = words.copied;
        } catch {
          button.textContent = words.denied;
        }
        setTimeout(() => { button.textContent = words.copy; }, 2000);
      });
      figure.querySelector("figcaption").append(button);
    }
  }

  const find = document.querySelector(".find");
  if (find) {
    const input = find.querySelector("input");
    const status = find.querySelector("[role=status]");
    const checks = all(".check").map((row) => ({ row, words: row.textContent.toLowerCase() }));
    find.hidden = false;
    input.addEventListener("input", () => {
      const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let found = 0;
      for (const { row, words } of checks) {
        const match = wanted.every((word) => words.includes(word));
        row.classList.toggle("unfound", !match);
        if (match) found++;
      }
      for (const group of all(".group")) {
        const some = group.querySelector(".check:not(.unfound)") !== null;
        group.classList.toggle("unfound", !some);
        if (wanted.length > 0 && some) group.querySelector("details").open = true;
      }
      status.textContent = wanted.length > 0 ? words.found.replace("{found}", found).replace("{all}", checks.length) : "";
    });
  }

  const reveal = () => {
    const at = document.getElementById(location.hash.slice(1));
    if (!at) return;
    for (let part = at; part; part = part.parentElement) {
      if (part.tagName === "DETAILS") part.open = true;
    }
    for (const inner of all(":scope > details", at)) inner.open = true;
    at.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  let opened = [];
  addEventListener("beforeprint", () => {
    opened = all("details:not([open]):not(.requests)");
    for (const part of opened) part.open = true;
  });
  addEventListener("afterprint", () => {
    for (const part of opened) part.open = false;
  });
})();
