//! The page of accounts: everybody's own, and for leads and owners those of others, invitations, tokens and the audit
//! log.
//!
//! What a role may not do is not on its page; that it cannot be done either is the engine's to say, of which the script
//! (`page/accounts.js`) asks everything over the addresses that programs use.

use http::StatusCode;
use http::request::Parts;
use tiebreak_domain::account::{AccountInfo, MOST_INVITATION_DAYS, MOST_TOKEN_DAYS, Me, SHORTEST_PASSWORD};
use tiebreak_domain::{Role, Scope};

use crate::account::{INVITATION_DAYS, TOKEN_DAYS};
use crate::answer::{self, Answer};
use crate::door::Door;
use crate::gate::Peer;
use crate::page::{self, Destination, escaped};

impl Door {
    /// The page, for whoever is signed in by a browser.
    pub(crate) fn accounts_page(&self, parts: &Parts, peer: Peer) -> Result<Answer, Answer> {
        if self.gate.is_none() {
            return Err(answer::refusal(
                StatusCode::NOT_FOUND,
                "nobody has an account at the machine itself",
                "serve the project for that: tiebreak serve",
            ));
        }
        let Some(known) = self.cookie_holder(parts, peer)? else {
            return Err(page::to_sign_in(Destination::Accounts));
        };
        let me = self.me(Some(&known)).map_err(|error| answer::error(&error))?;
        let own = self.engine.own_account(&known.caller).map_err(|error| answer::error(&error))?;
        let head = "<script type=\"module\" src=\"/accounts.js\"></script>";
        Ok(page::wide("Accounts", head, &body(&me, &own, self.provider.as_deref())))
    }
}

fn body(me: &Me, own: &AccountInfo, provider: Option<&str>) -> String {
    let mut sections = you(me, own, provider);
    if me.role.leads() {
        sections.push_str(PEOPLE);
        sections.push_str(&inviting(me.role));
        sections.push_str(&tokens(me.role));
    }
    if me.role == Role::Owner {
        sections.push_str(AUDIT);
    }
    format!(
        "<main data-me=\"{}\" data-role=\"{}\" data-name=\"{}\" data-provider=\"{}\">\
         <div class=\"top\"><a href=\"/\">← Back to the project</a><p>{}</p></div><h1>Accounts</h1>\
         <noscript><p class=\"notice\">This page needs JavaScript, which is switched off here.</p></noscript>\
         {sections}</main>{SURE}",
        me.annotator,
        me.role.word(),
        escaped(&me.name),
        escaped(provider.unwrap_or_default()),
        escaped(&me.project),
    )
}

fn you(me: &Me, own: &AccountInfo, provider: Option<&str>) -> String {
    let name = escaped(&me.name);
    let may = match me.role {
        Role::Annotator => "As an annotator you judge what you are offered.",
        Role::Lead => "As a lead you see what everybody judged, set up what is asked, and invite annotators.",
        Role::Owner => "As an owner you see everything, and say who takes part, and as what.",
    };
    let until = me.until.map_or_else(String::new, |until| {
        format!(
            "<p class=\"quiet\" hidden>Signed in here until <span data-at=\"{}\"></span> at the latest</p>",
            until.0
        )
    });
    let (summary, why, current) = if own.has_password {
        let current = password_field("current", "Password so far", "current-password", None);
        ("Change your password", "It signs you out everywhere else.", current)
    } else {
        ("Choose a password", without_password(own, provider), String::new())
    };
    let tie = match provider.filter(|_| !own.is_vouched_for) {
        Some(provider) => format!(
            "<p><button id=\"tie\" type=\"button\">Sign in with {} from now on too</button></p>",
            escaped(provider)
        ),
        None => String::new(),
    };
    let chosen = password_field("chosen", "New password", "new-password", Some(SHORTEST_PASSWORD));
    let again = password_field("again", "Once more", "new-password", None);
    let tokens = if own.has_password { ENDS_TOKENS } else { "" };
    format!(
        "<section aria-labelledby=\"you\"><div class=\"side\"><div>\
         <h2 id=\"you\" tabindex=\"-1\">{name} <span class=\"tag\">{}</span></h2><p>{may}</p>{until}</div>\
         <button id=\"sign-out\" type=\"button\">Sign out</button></div>\
         <p id=\"you-notice\" class=\"notice\" role=\"alert\" hidden></p>\
         <details id=\"password\"><summary>{summary}</summary><p>{why}</p><form id=\"password-form\">\
         <input name=\"username\" autocomplete=\"username\" value=\"{name}\" hidden>\
         <div class=\"fields\">{current}{chosen}{again}</div>{tokens}\
         <button class=\"primary\">{summary}</button></form></details>{tie}</section>",
        me.role.word(),
    )
}

/// Whoever knew the password so far may have made tokens with it.
const ENDS_TOKENS: &str = "<div class=\"ticks\"><label><input type=\"checkbox\" name=\"ends_tokens\">\
    <span>Take back my tokens for programs too</span></label></div>";

fn without_password(own: &AccountInfo, provider: Option<&str>) -> &'static str {
    match (own.is_vouched_for, provider) {
        (true, Some(_)) => {
            "You sign in by somebody who vouches for you; with a password you can also sign in without."
        }
        _ => "You came by a link that works once. With a password you can come back without another.",
    }
}

fn password_field(name: &str, title: &str, autocomplete: &str, shortest: Option<usize>) -> String {
    let (fits, hint) = shortest.map_or_else(Default::default, |shortest| {
        (
            format!(" minlength=\"{shortest}\" aria-describedby=\"{name}-hint\""),
            format!("<p id=\"{name}-hint\" class=\"quiet\">{shortest} characters or more</p>"),
        )
    });
    format!(
        "<div><label for=\"{name}\">{title}</label><input id=\"{name}\" name=\"{name}\" type=\"password\" \
         autocomplete=\"{autocomplete}\" maxlength=\"256\" required{fits}>{hint}</div>"
    )
}

/// Everybody who takes part; owners change what they may do.
const PEOPLE: &str = "<section aria-labelledby=\"people-title\">\
    <h2 id=\"people-title\" tabindex=\"-1\">People</h2>\
    <p id=\"people-notice\" class=\"notice\" role=\"alert\" hidden></p>\
    <table id=\"people\" role=\"table\" aria-labelledby=\"people-title\"><thead><tr><th>Name</th><th>Role</th>\
    <th>State</th><th>Last seen</th><th>Signs in by</th><th><span class=\"unseen\">Change</span></th></tr></thead>\
    <tbody></tbody></table></section>";

fn inviting(role: Role) -> String {
    let (said, field) = if role == Role::Owner {
        let option = |role: Role| format!("<option value=\"{0}\">{0}</option>", role.word());
        let options = Role::ALL.map(option).concat();
        let field = format!(
            "<div class=\"short\"><label for=\"role\">As</label>\
             <select id=\"role\" name=\"role\">{options}</select></div>"
        );
        ("The link lets one person in, once.", field)
    } else {
        let field = "<input type=\"hidden\" name=\"role\" value=\"annotator\">".to_owned();
        ("The link lets one annotator in, once. Owners also invite leads and owners.", field)
    };
    format!(
        "<section aria-labelledby=\"invite-title\"><h2 id=\"invite-title\" tabindex=\"-1\">Invite somebody</h2>\
         <p>{said}</p><p id=\"invite-notice\" class=\"notice\" role=\"alert\" hidden></p>\
         <form id=\"invite\"><div class=\"fields\">{field}\
         <div><label for=\"invite-name\">Name</label>\
         <input id=\"invite-name\" name=\"name\" maxlength=\"100\" autocomplete=\"off\" aria-describedby=\"invite-hint\">\
         <p id=\"invite-hint\" class=\"quiet\">Left empty, they choose it</p></div>{}</div>\
         <button class=\"primary\">Make the link</button></form>{}\
         <h3 id=\"invitations-title\">Open invitations</h3>\
         <p id=\"invitations-notice\" class=\"notice\" role=\"alert\" hidden></p>\
         <table id=\"invitations\" role=\"table\" aria-labelledby=\"invitations-title\"><thead><tr><th>For</th>\
         <th>As</th><th>Made</th><th>Works until</th><th><span class=\"unseen\">Change</span></th></tr></thead>\
         <tbody></tbody></table></section>",
        days_field("invite-days", INVITATION_DAYS, MOST_INVITATION_DAYS),
        once("invited", "Link"),
    )
}

fn tokens(role: Role) -> String {
    let (said, whose) = if role == Role::Owner {
        ("A program with a token acts as whoever made it. These are everybody's.", "<th>Acts as</th>")
    } else {
        ("A program with a token acts as you.", "")
    };
    let ticks = Scope::ALL.map(tick).concat();
    format!(
        "<section aria-labelledby=\"tokens-title\">\
         <h2 id=\"tokens-title\" tabindex=\"-1\">Tokens for programs</h2><p>{said}</p>\
         <p id=\"tokens-notice\" class=\"notice\" role=\"alert\" hidden></p>\
         <table id=\"tokens\" role=\"table\" aria-labelledby=\"tokens-title\"><thead><tr><th>Name</th>{whose}\
         <th>May</th><th>Works until</th><th><span class=\"unseen\">Change</span></th></tr></thead><tbody></tbody>\
         </table><h3>Make a token</h3><p id=\"make-token-notice\" class=\"notice\" role=\"alert\" hidden></p>\
         <form id=\"make-token\"><div class=\"fields\"><div><label for=\"token-name\">Name</label>\
         <input id=\"token-name\" name=\"name\" maxlength=\"100\" autocomplete=\"off\" \
         aria-describedby=\"token-hint\"><p id=\"token-hint\" class=\"quiet\">What it is for, as “training loop”</p>\
         </div>{}</div><fieldset><legend>What it may do</legend><div class=\"ticks\">{ticks}</div></fieldset>\
         <button class=\"primary\">Make the token</button></form>{}</section>",
        days_field("token-days", TOKEN_DAYS, MOST_TOKEN_DAYS),
        once("token-made", "Token"),
    )
}

fn tick(scope: Scope) -> String {
    let what = match scope {
        Scope::ItemsWrite => "Bring in items",
        Scope::JudgmentsRead => "Read judgments and how the project stands",
        Scope::Judge => "Judge, as you",
        Scope::Admin => "Everything that you may do",
    };
    format!(
        "<label><input type=\"checkbox\" name=\"scope\" value=\"{0}\"><span>{what}<code class=\"quiet\">{0}</code>\
         </span></label>",
        scope.word()
    )
}

fn days_field(id: &str, usual: u32, most: u32) -> String {
    format!(
        "<div class=\"short\"><label for=\"{id}\">Works for days</label><input id=\"{id}\" name=\"days\" \
         type=\"number\" min=\"1\" max=\"{most}\" value=\"{usual}\" required></div>"
    )
}

/// Where a secret is shown, once.
fn once(id: &str, title: &str) -> String {
    format!(
        "<div id=\"{id}\" class=\"once\" hidden><p id=\"{id}-words\"></p>\
         <label for=\"{id}-secret\">{title}</label><div class=\"copy\"><input id=\"{id}-secret\" readonly \
         autocomplete=\"off\" spellcheck=\"false\"><button id=\"{id}-copy\" type=\"button\" class=\"primary\" \
         aria-describedby=\"{id}-words\">Copy</button></div><p id=\"{id}-copied\" role=\"status\"></p></div>"
    )
}

const AUDIT: &str = "<section aria-labelledby=\"audit-title\">\
    <h2 id=\"audit-title\" tabindex=\"-1\">What was done</h2><p>The latest first; nobody can change it.</p>\
    <p id=\"audit-notice\" class=\"notice\" role=\"alert\" hidden></p>\
    <table id=\"audit\" role=\"table\" aria-labelledby=\"audit-title\"><thead><tr><th>When</th><th>Who</th>\
    <th>What</th><th>From</th></tr></thead><tbody></tbody></table>\
    <button id=\"audit-more\" type=\"button\" hidden>Show more</button></section>";

/// Asks whether something is meant.
const SURE: &str = "<dialog id=\"sure\" aria-labelledby=\"sure-title\" aria-describedby=\"sure-words\">\
    <h2 id=\"sure-title\"></h2><p id=\"sure-words\"></p><form method=\"dialog\"><button value=\"no\">Cancel</button>\
    <button id=\"sure-yes\" class=\"danger\" value=\"yes\"></button></form></dialog>";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use tiebreak_domain::{AnnotatorId, UnixMillis};

    use super::*;

    const SCRIPT: &str = include_str!("../page/accounts.js");

    fn page_of(role: Role) -> String {
        let me = Me {
            annotator: AnnotatorId(3),
            name: "Ana".into(),
            role,
            project: "p".into(),
            until: Some(UnixMillis(9)),
        };
        let own = AccountInfo {
            annotator: AnnotatorId(3),
            name: "Ana".into(),
            role,
            has_password: true,
            is_vouched_for: false,
            is_disabled: false,
            created_at: UnixMillis(0),
            seen_at: None,
        };
        body(&me, &own, None)
    }

    /// What stands between two marks, everywhere.
    fn between<'a>(text: &'a str, before: &str, after: &str) -> BTreeSet<&'a str> {
        text.split(before).skip(1).filter_map(|rest| rest.split(after).next()).collect()
    }

    #[test]
    fn what_the_script_looks_for_is_on_the_page() {
        let page = page_of(Role::Owner);
        let ids = between(&page, " id=\"", "\"");
        let wanted = between(SCRIPT, "byId(\"", "\")");
        assert!(wanted.len() > 10, "{wanted:?}");
        for id in wanted {
            assert!(ids.contains(id), "{id} is not on the page");
        }
        for label in between(&page, "label for=\"", "\"") {
            assert!(ids.contains(label), "a label for {label}, which is not there");
        }
        for named in between(&page, "aria-labelledby=\"", "\"") {
            assert!(ids.contains(named), "{named} names something and is not there");
        }
    }

    #[test]
    fn an_id_stands_once() {
        let page = page_of(Role::Owner);
        let count = page.matches(" id=\"").count();
        assert_eq!(between(&page, " id=\"", "\"").len(), count);
    }

    #[test]
    fn each_role_sees_what_it_may_do_and_nothing_else() {
        let sections = |role| {
            between(&page_of(role), "<h2 id=\"", "\"").into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(sections(Role::Annotator), ["sure-title", "you"]);
        assert_eq!(
            sections(Role::Lead),
            ["invite-title", "people-title", "sure-title", "tokens-title", "you"]
        );
        assert_eq!(
            sections(Role::Owner),
            ["audit-title", "invite-title", "people-title", "sure-title", "tokens-title", "you"]
        );
        assert!(!page_of(Role::Lead).contains("<option value=\"owner\""), "leads invite annotators alone");
    }

    #[test]
    fn the_script_makes_no_html_of_texts() {
        for way in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "Function("] {
            assert!(!SCRIPT.contains(way), "{way}");
        }
    }
}
