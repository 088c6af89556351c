//! In which language Han characters are to be read, guessed from the text they stand in: the same code points
//! are drawn otherwise in Japan, Korea, China and Taiwan, and a font has to be chosen.

/// Characters looked at; more would only cost time.
const MAX_CHARACTERS: usize = 4_000;

/// Frequent characters of which the simplified form is one of its own.
const SIMPLIFIED: &str = "们这来个时会国对发说学过动面没问长见进开还样现关点后给让请应书车东话两门马语间张边经无华从众认识实变头电网场条风业务产义体声图际";
/// The same characters in their traditional form.
const TRADITIONAL: &str = "們這來個時會國對發說學過動面沒問長見進開還樣現關點後給讓請應書車東話兩門馬語間張邊經無華從眾認識實變頭電網場條風業務產義體聲圖際";

/// The language of the Han characters of `text` as a tag; none where there are none.
pub(super) fn of_han(text: &str) -> Option<&'static str> {
    if text.is_ascii() {
        return None;
    }
    let (mut kana, mut hangul, mut han, mut simplified, mut traditional) = (0, 0, 0, 0, 0);
    for character in text.chars().take(MAX_CHARACTERS) {
        match character {
            '\u{3041}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{ff66}'..='\u{ff9f}' => kana += 1,
            '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{ac00}'..='\u{d7a3}' => hangul += 1,
            _ if is_han(character) => {
                han += 1;
                simplified += i32::from(SIMPLIFIED.contains(character));
                traditional += i32::from(TRADITIONAL.contains(character));
            }
            _ => {}
        }
    }
    if han + kana + hangul == 0 {
        None
    } else if kana > hangul {
        Some("ja")
    } else if hangul > 0 && hangul * 4 >= han {
        Some("ko")
    } else if traditional > simplified {
        Some("zh-TW")
    } else {
        Some("zh-CN")
    }
}

/// Whether a character is drawn by the language's custom.
pub(super) fn is_han(character: char) -> bool {
    matches!(character, '\u{2e80}'..='\u{2fdf}' | '\u{3005}'..='\u{3007}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_tells_its_language() {
        for (text, language) in [
            ("plain words", None),
            ("مرحبا", None),
            ("吾輩は猫である。名前はまだ無い。", Some("ja")),
            ("대한민국(大韓民國)은 민주공화국이다", Some("ko")),
            ("我们认识这个国家", Some("zh-CN")),
            ("我們認識這個國家", Some("zh-TW")),
            ("人口", Some("zh-CN")),
        ] {
            assert_eq!(of_han(text), language, "{text}");
        }
    }
}
