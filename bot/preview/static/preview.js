// Shows the page anew when the files have changed, without moving it. The page can be used without this script.
"use strict";
const SECONDS = 2;
const following = () => document.getElementById("following");
const numberIn = (page) => page.querySelector("meta[name=number-of-changes]")?.content;
const foldsIn = (page) => [...page.querySelectorAll("main details")];
let shown = numberIn(document);

async function look() {
  try {
    const response = await fetch("/number");
    if (!response.ok) throw new Error("refused");
    const number = await response.text();
    if (number !== shown) await renew(number);
    else if (following().className) say("");
  } catch {
    say("This page follows the files no more: the program has ended, or was started anew at another address.", "ended");
  }
}

async function renew(number) {
  const html = await (await fetch(location.href)).text();
  const page = new DOMParser().parseFromString(html, "text/html");
  const open = foldsIn(document).map((fold) => fold.open);
  foldsIn(page).forEach((fold, at, all) => (fold.open = all.length === open.length && open[at]));
  document.querySelector("main").replaceChildren(...page.querySelector("main").childNodes);
  document.title = page.title;
  shown = numberIn(page) ?? number;
  say(` Shown anew at ${new Date().toLocaleTimeString()}.`);
}

function say(text, className = "") {
  if (following().textContent !== text) following().textContent = text;
  following().className = className;
}

setInterval(() => document.hidden || look(), SECONDS * 1000);
document.addEventListener("visibilitychange", () => document.hidden || look());
