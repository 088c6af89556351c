// The page of accounts. What each role may see was laid out by the server (crates/door/src/accounts_page.rs), and
// what is in it is asked of the addresses that programs ask (/api/v1/). Whatever people wrote is set as text.

const page = document.querySelector("main");
const me = Number(page.dataset.me);
const role = page.dataset.role;
const isOwner = role === "owner";
const byId = (id) => document.getElementById(id);

/** What the server refused, or why it was not reached: what is the matter, and what to do. */
class Refusal extends Error {
  constructor(status, { message, hint }) {
    super(message);
    this.status = status;
    this.hint = hint;
  }
}

/** Asks the server; gives what it told, or throws a Refusal. */
async function ask(method, path, body) {
  const headers = { "X-Tiebreak": "1" };
  if (body) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(`/api/v1/${path}`, { method, headers, body: body && JSON.stringify(body) });
  } catch {
    throw new Refusal(0, { message: "the server could not be reached", hint: "check the network, and try again" });
  }
  const told = answer.status === 204 ? null : await answer.json().catch(() => null);
  if (answer.ok) return told;
  const unsaid = { message: `the server answered with status ${answer.status}`, hint: "try again, or load this page anew" };
  throw new Refusal(answer.status, told?.message ? told : unsaid);
}

const sentence = (words) => words.charAt(0).toUpperCase() + words.slice(1);

/** An element. Texts among its children become text, whatever is in them. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

const dates = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** A moment, in the time of whoever looks. */
function moment(unixMs) {
  const date = new Date(unixMs);
  return element("time", { dateTime: date.toISOString() }, dates.format(date));
}

/** Says at its place what went wrong. */
function refuse(notice, error) {
  notice.className = "notice";
  notice.replaceChildren(`${sentence(error.message)}. `);
  if (error.status === 401) notice.append(element("a", { href: "/sign-in?to=accounts" }, "Sign in again"));
  else if (error.hint) notice.append(sentence(error.hint));
  notice.hidden = false;
}

/** Says at its place what was done. */
function affirm(notice, words) {
  notice.className = "notice done";
  notice.replaceChildren(words);
  notice.hidden = false;
}

/** Does what a button is for, once at a time; whether it was done. */
async function attempt(notice, button, act) {
  if (button.getAttribute("aria-busy") === "true") return false;
  button.setAttribute("aria-busy", "true");
  notice.hidden = true;
  try {
    await act();
    return true;
  } catch (error) {
    refuse(notice, error);
    return false;
  } finally {
    button.removeAttribute("aria-busy");
  }
}

/** Asks whether it is meant; the dialog gives the focus back to where it was. */
function isMeant(title, words, label) {
  const dialog = byId("sure");
  byId("sure-title").textContent = title;
  byId("sure-words").textContent = words;
  byId("sure-yes").textContent = label;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

/** Fills a table, and leaves the focus where it was, or at the title where that is gone. */
function fill(table, rows, nothing) {
  const body = table.tBodies[0];
  const held = body.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  const width = table.tHead.rows[0].cells.length;
  const empty = element("tr", { role: "row" }, element("td", { role: "cell", colSpan: width, className: "quiet" }, nothing));
  body.replaceChildren(...(rows.length > 0 ? rows : [empty]));
  if (held === undefined) return;
  const again = [...body.querySelectorAll("[data-key]")].find((found) => found.dataset.key === held);
  const there = again?.hidden ? again.closest("tr").querySelector("[data-key]:not([hidden])") : again;
  (there ?? table.closest("section").querySelector("h2")).focus();
}

const row = (...cells) => element("tr", { role: "row" }, ...cells);

/** A cell, under the title of its column. */
function cell(label, ...children) {
  const made = element("td", { role: "cell" });
  if (label) made.dataset.label = label;
  else made.className = "act";
  const inner = label ? element("div", {}, ...children) : null;
  made.append(...(inner ? [inner] : children));
  return made;
}

/** A button in a row; its key finds it again once the table was filled anew. */
function rowButton(key, label, name, act, className = "") {
  const button = element("button", { type: "button", className, "aria-label": name }, label);
  button.dataset.key = key;
  button.addEventListener("click", () => act(button));
  return button;
}

const roles = ["annotator", "lead", "owner"];
const names = new Map([[me, page.dataset.name]]);
const nameOf = (annotator) => names.get(annotator) ?? `annotator ${annotator}`;

/** Shows the secret of something with an id; it cannot be told again. */
function showOnce(box, words, secret, id) {
  byId(box).dataset.of = id;
  byId(`${box}-words`).replaceChildren(...words);
  byId(`${box}-secret`).value = secret;
  byId(`${box}-copied`).textContent = "";
  byId(box).hidden = false;
  byId(`${box}-copy`).focus();
}

/** What was shown of something that is gone is gone with it. */
function forgetOnce(box, id) {
  if (byId(box).dataset.of === id) byId(box).hidden = true;
}

function wireCopying(box) {
  const field = byId(`${box}-secret`);
  field.addEventListener("focus", () => field.select());
  byId(`${box}-copy`).addEventListener("click", async () => {
    let isCopied = false;
    try {
      await navigator.clipboard.writeText(field.value);
      isCopied = true;
    } catch {
      // Without TLS a browser lends the clipboard only in the old way.
      field.select();
      isCopied = document.execCommand("copy");
    }
    byId(`${box}-copied`).textContent = isCopied ? "Copied" : "Press Ctrl+C to copy it";
    if (isCopied) byId(`${box}-copy`).focus();
    else field.focus();
  });
}

// Oneself.

function wireSelf() {
  for (const time of document.querySelectorAll("[data-at]")) {
    time.append(moment(Number(time.dataset.at)));
    time.parentElement.hidden = false;
  }
  const notice = byId("you-notice");
  byId("sign-out").addEventListener("click", async ({ currentTarget }) => {
    if (await attempt(notice, currentTarget, () => ask("POST", "sign-out"))) location.assign("/sign-in");
  });
  // There where a provider is set up that does not vouch for whoever sits here yet.
  document.querySelector("#tie")?.addEventListener("click", ({ currentTarget }) =>
    attempt(notice, currentTarget, async () => location.assign((await ask("POST", "tie")).path)),
  );
  const form = byId("password-form");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { current, chosen, again, ends_tokens: endsTokens } = form.elements;
    if (chosen.value !== again.value) {
      refuse(notice, { message: "the two new passwords are not the same", hint: "type the new one twice" });
      again.focus();
      return;
    }
    const body = {
      new: chosen.value,
      ...(current && { current: current.value }),
      ends_tokens: endsTokens?.checked ?? false,
    };
    if (!(await attempt(notice, event.submitter, () => ask("POST", "password", body)))) {
      (current ?? chosen).focus();
      return;
    }
    // From now on the one so far is asked for.
    if (!current) return location.reload();
    form.reset();
    byId("password").open = false;
    byId("password").querySelector("summary").focus();
    affirm(notice, "Your password is changed. Everywhere else you are signed out.");
    await refresh();
  });
}

// Others.

/** How somebody shows who they are. */
function way(account) {
  const ways = [account.has_password && "password", account.is_vouched_for && (page.dataset.provider || "a provider")];
  return ways.filter(Boolean).join(" and ") || "link of the terminal";
}

async function changeAccount(account, change, button, done) {
  const notice = byId("people-notice");
  const act = () => ask("POST", `accounts/${account.annotator}`, change);
  if (!(await attempt(notice, button, act))) return;
  // What this page shows is for the role that one had.
  if (account.annotator === me) return location.reload();
  affirm(notice, done);
  await refresh();
}

function roleCell(account, isOnlyOwner) {
  if (!isOwner) return cell("Role", account.role);
  if (isOnlyOwner) return cell("Role", account.role, element("div", { className: "quiet" }, "the only one: make another first"));
  const select = element("select", { "aria-label": `Role of ${account.name}` });
  select.dataset.key = `role-${account.annotator}`;
  select.append(...roles.map((known) => element("option", { value: known, selected: known === account.role }, known)));
  const set = rowButton(`set-${account.annotator}`, "Set", `Set the role of ${account.name}`, async (button) => {
    const chosen = select.value;
    if (account.annotator === me) {
      const words = `You will be ${chosen}, and only another owner can change that back.`;
      if (!(await isMeant("Give up being an owner?", words, "Give it up"))) return;
    }
    await changeAccount(account, { role: chosen }, button, `${account.name} has the role ${chosen} now.`);
  }, "primary");
  set.hidden = true;
  select.addEventListener("change", () => (set.hidden = select.value === account.role));
  return cell("Role", element("div", { className: "row" }, select, set));
}

function shutCell(account, isOnlyOwner) {
  if (!isOwner || isOnlyOwner) return cell("");
  const key = `shut-${account.annotator}`;
  if (account.is_disabled) {
    return cell("", rowButton(key, "Let in again", `Let ${account.name} in again`, (button) =>
      changeAccount(account, { is_disabled: false }, button, `${account.name} may sign in again.`)));
  }
  return cell("", rowButton(key, "Shut out…", `Shut ${account.name} out`, async (button) => {
    const words = "They are signed out everywhere, and their tokens stop working for good. " +
      "What they judged stays, and they can be let in again.";
    const who = account.annotator === me ? "yourself" : account.name;
    if (!(await isMeant(`Shut ${who} out?`, words, "Shut out"))) return;
    await changeAccount(account, { is_disabled: true }, button, `${account.name} is shut out.`);
  }, "danger"));
}

async function showPeople() {
  const accounts = await ask("GET", "accounts");
  for (const account of accounts) names.set(account.annotator, account.name);
  const owners = accounts.filter((account) => account.role === "owner" && !account.is_disabled);
  fill(byId("people"), accounts.map((account) => {
    const isOnlyOwner = owners.length === 1 && owners[0] === account;
    const name = [element("span", { className: "name" }, account.name)];
    if (account.annotator === me) name.push(" ", element("span", { className: "tag" }, "you"));
    const state = account.is_disabled ? element("span", { className: "tag shut" }, "shut out") : "active";
    const seen = account.seen_at ? moment(account.seen_at) : element("span", { className: "quiet" }, "signed out");
    return row(cell("Name", ...name), roleCell(account, isOnlyOwner), cell("State", state), cell("Last seen", seen),
      cell("Signs in by", way(account)), shutCell(account, isOnlyOwner));
  }), "Nobody yet");
}

async function showInvitations() {
  const open = await ask("GET", "invitations");
  const notice = byId("invitations-notice");
  fill(byId("invitations"), open.map((invitation) => {
    const whose = invitation.name ?? "whoever has the link";
    const withdraw = rowButton(`withdraw-${invitation.id}`, "Withdraw", `Withdraw the invitation of ${whose}`, async (button) => {
      if (!(await attempt(notice, button, () => ask("DELETE", `invitations/${invitation.id}`)))) return;
      forgetOnce("invited", invitation.id);
      affirm(notice, "The invitation is withdrawn: its link lets nobody in any more.");
      await refresh();
    }, "danger");
    const named = element("span", { className: invitation.name ? "name" : "quiet" }, whose);
    return row(cell("For", named), cell("As", invitation.role), cell("Made", moment(invitation.created_at)),
      cell("Works until", moment(invitation.expires_at)), cell("", withdraw));
  }), "No invitation is open");
}

function wireInviting() {
  const form = byId("invite");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { role: as, name, days } = form.elements;
    const body = { role: as.value, name: name.value.trim() || null, days: Number(days.value) };
    byId("invited").hidden = true;
    let made;
    if (!(await attempt(byId("invite-notice"), event.submitter, async () => (made = await ask("POST", "invitations", body))))) return;
    form.reset();
    await refresh();
    const words = [`Send this link to ${made.name ?? "one person"}, and to nobody else. It lets one person in as `,
      `${made.role}, once, until `, moment(made.expires_at), ". It is shown only now."];
    showOnce("invited", words, made.link, made.id);
  });
  wireCopying("invited");
}

const scopeWords = {
  "items:write": "bring in items", "judgments:read": "read judgments", judge: "judge", admin: "everything",
};

async function showTokens() {
  const tokens = await ask("GET", "tokens");
  const notice = byId("tokens-notice");
  fill(byId("tokens"), tokens.map((token) => {
    const called = token.name || "without a name";
    const revoke = rowButton(`revoke-${token.id}`, "Revoke…", `Revoke the token ${called}`, async (button) => {
      const words = "Programs that use it are refused from now on. This cannot be undone.";
      if (!(await isMeant(`Revoke the token ${called}?`, words, "Revoke"))) return;
      if (!(await attempt(notice, button, () => ask("DELETE", `tokens/${token.id}`)))) return;
      forgetOnce("token-made", token.id);
      affirm(notice, `The token ${called} is revoked.`);
      await refresh();
    }, "danger");
    const whose = isOwner ? [cell("Acts as", nameOf(token.annotator))] : [];
    const name = element("span", { className: token.name ? "name" : "quiet" }, called);
    return row(cell("Name", name), ...whose, cell("May", token.scopes.map((scope) => scopeWords[scope] ?? scope).join(", ")),
      cell("Works until", moment(token.expires_at)), cell("", revoke));
  }), "There are no tokens");
}

function wireTokens() {
  const form = byId("make-token");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const scopes = [...form.querySelectorAll("[name=scope]:checked")].map((tick) => tick.value);
    const notice = byId("make-token-notice");
    byId("token-made").hidden = true;
    if (scopes.length === 0) {
      refuse(notice, { message: "a token without a scope may do nothing", hint: "tick what it is for" });
      form.querySelector("[name=scope]").focus();
      return;
    }
    const body = { name: form.elements.name.value.trim(), scopes, days: Number(form.elements.days.value) };
    let made;
    if (!(await attempt(notice, event.submitter, async () => (made = await ask("POST", "tokens", body))))) return;
    form.reset();
    await refresh();
    const words = ["Keep this token where the program finds it. It works until ", moment(made.expires_at),
      ". It is shown only now: whoever loses it makes another."];
    showOnce("token-made", words, made.token, made.id);
  });
  wireCopying("token-made");
}

/** What was done, in words; what is not here is told as the server has it. */
const deeds = {
  "signed in": () => "Signed in",
  "signed in by a provider": () => "Signed in by the provider",
  "signed out": () => "Signed out",
  "came by a link": () => "Came in by a link",
  "changed the password": () => "Changed their password",
  "changed the password, which ended tokens": () => "Changed their password and took their tokens back",
  "went to tie a provider": () => "Went to the provider, to sign in by it from then on",
  "wrong password": () => "A wrong password was given for this name",
  "wrong name": (about) => `Tried to sign in as “${about}”, whom nobody knows`,
  "vouched for and unknown": (about) => `The provider vouched for “${about}”, who was not invited`,
  "brought a dead link": () => "Followed a link that lets nobody in any more",
  "shut out": (about) => `Shut ${about} out`,
  "let in again": (about) => `Let ${about} in again`,
  "changed a role": (about) => `Changed a role: ${about} now`,
  invited: (about) => `Invited: ${about}`,
  "withdrew an invitation": (about) => `Withdrew an invitation: ${about}`,
  "made a token": (about) => `Made a token: ${about || "without a name"}`,
  "took a token back": (about) => `Revoked a token: ${about || "without a name"}`,
};

const auditSteps = [20, 200, 1000];
let auditStep = 0;

async function showAudit() {
  const count = auditSteps[auditStep];
  const lines = await ask("GET", `audit?count=${count}`);
  fill(byId("audit"), lines.map((line) => {
    const deed = Object.hasOwn(deeds, line.action) ? deeds[line.action](line.about) : sentence(`${line.action}: ${line.about}`);
    const who = line.annotator === null
      ? element("span", { className: "quiet" }, line.address === "this machine" ? "the terminal" : "somebody unknown")
      : nameOf(line.annotator);
    return row(cell("When", moment(line.at)), cell("Who", who), cell("What", deed), cell("From", line.address));
  }), "Nothing yet");
  byId("audit-more").hidden = lines.length < count || auditStep + 1 === auditSteps.length;
}

/** Asks anew for all that is shown; names come first, since the rest names people. */
async function refresh() {
  if (role === "annotator") return;
  const shown = [["people", showPeople], ["invitations", showInvitations], ["tokens", showTokens]];
  if (isOwner) shown.push(["audit", showAudit]);
  for (const [name, show] of shown) {
    try {
      await show();
    } catch (error) {
      refuse(byId(`${name}-notice`), error);
    }
  }
}

wireSelf();
if (role !== "annotator") {
  wireInviting();
  wireTokens();
  if (isOwner) {
    byId("audit-more").addEventListener("click", async ({ currentTarget }) => {
      auditStep += 1;
      await attempt(byId("audit-notice"), currentTarget, showAudit);
    });
  }
  await refresh();
}
document.documentElement.dataset.state = "ready";
