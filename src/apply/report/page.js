"use strict";
// Search and sorting for the table of users. The page is complete without; this only helps to find one's way.
(() => {
  const table = document.getElementById("users");
  const query = document.getElementById("query");
  const found = document.getElementById("found");
  if (!table || !query || !found) return;
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));

  // Every word that is asked for must be in the row.
  const filter = () => {
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      const matches = words.every((word) => texts.get(row).includes(word));
      row.hidden = !matches;
      if (matches) count += 1;
    }
    found.textContent = `${count} of ${rows.length} users`;
  };

  // The search is part of the address, so that a link can name what it shows: #q=ECHOECHO.
  const fromAddress = () => {
    if (!location.hash.startsWith("#q=")) return false;
    try {
      query.value = decodeURIComponent(location.hash.slice(3).replaceAll("+", " "));
    } catch {
      return false;
    }
    return true;
  };

  const value = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.sort ?? cell.textContent.trim();
  };
  const sort = (heading, column) => {
    const isUp = heading.getAttribute("aria-sort") === "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", isUp ? "descending" : "ascending");
    const compare = (a, b) => {
      const [left, right] = [value(a, column), value(b, column)];
      return left < right ? -1 : left > right ? 1 : 0;
    };
    rows.sort((a, b) => (isUp ? compare(b, a) : compare(a, b)));
    body.append(...rows);
  };
  Array.from(table.tHead.rows[0].cells).forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = heading.textContent;
    button.addEventListener("click", () => sort(heading, column));
    heading.replaceChildren(button);
  });

  query.addEventListener("input", () => {
    filter();
    try {
      history.replaceState(null, "", query.value ? `#q=${encodeURIComponent(query.value)}` : "#people");
    } catch {
      // Some browsers keep the addresses of local files as they are.
    }
  });
  window.addEventListener("hashchange", () => fromAddress() && filter());
  const isAsked = fromAddress();
  filter();
  document.getElementById("search").hidden = false;
  document.documentElement.dataset.search = "ready";
  if (isAsked) document.getElementById("people").scrollIntoView();
})();
