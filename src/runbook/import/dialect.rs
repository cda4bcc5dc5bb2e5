//! What is Markdown only to one program (Hugo, `MyST`, mkdocs, ERB, Jekyll, HTML in it) becomes plain Markdown, line by line: every line keeps its
//! number.

use super::words::Words;

/// Directives whose content is prose.
const ADMONITIONS: &[&str] = &[
    "note",
    "warning",
    "tip",
    "important",
    "caution",
    "danger",
    "attention",
    "hint",
    "error",
    "admonition",
    "seealso",
    "dropdown",
    "tab-item",
    "tab-set",
    "todo",
    "info",
    "details",
    "topic",
    "sidebar",
    "card",
    "versionadded",
    "versionchanged",
    "deprecated",
    "margin",
];

static FENCE: Words = Words::new(r"^([\s>]*)(`{3,}|~{3,})(.*)$");
static DIRECTIVE: Words = Words::new(r"^\{([\w:-]+)\}\s*(.*)$");
static COLONS: Words = Words::new(r"^\s*(:{3,})\s*(\{([\w:-]+)\}|(\w+))?\s*(.*)$");
static OPTION: Words = Words::new(r"^\s*:[\w-]+:.*$|^\s*-{3,}\s*$");
static ADMONITION: Words = Words::new(r#"^(\s*)(!!!|\?\?\?\+?|===\+?)\s*([\w-]+)?(?:\s+[\w -]+?)?\s*(?:"(.*)")?\s*$"#);
static HIGHLIGHT: Words = Words::new(
    r#"^\s*(?:\{\{[<%]\s*(/?)\s*(?:highlight|code|command|shell|codeblock)\b\s*(?:lang(?:uage)?=)?"?([\w-]*)"?.*[>%]\}\}|\{%-?\s*(end)?highlight\s*(\w*).*%\})\s*$"#,
);
static SHORTCODE: Words = Words::new(r"^\s*\{\{[<%]\s*/?\s*([\w/-]+)([^>%]*)[>%]\}\}\s*$");
static QUOTED: Words = Words::new(r#"(?:title|name|header|summary)="([^"]*)"|"([^"]*)""#);
static STYLE: Words = Words::new(r#"(?:style|color|type)="?(\w+)"?"#);
static PAIR: Words = Words::new(r"\{\{[<%]\s*/?[\w/-]+[^>%]*[>%]\}\}");
static TEMPLATE: Words =
    Words::new(r"^\s*(\{%-?.*-?%\}|<%[^=].*%>|\{:.*\}|\([\w:./-]+\)=|\[TOC\]|\[\[_TOC_\]\]|\{\{\s*TOC\s*\}\})\s*$");
static TAGS: Words = Words::new(
    r"(?i)</?(details|div|span|p|center|section|a|font|small|sup|sub|u|img|hr|kbd|table|tbody|thead|tr|td|th|ul|ol|li|dl|dt|dd|h\d)(\s[^>]*)?/?>",
);
static SUMMARY: Words = Words::new(r"(?i)<summary[^>]*>(.*?)</summary>");
static BREAK: Words = Words::new(r"(?i)<br\s*/?>");

/// A source as plain Markdown.
pub(super) struct Plain {
    pub(super) text: String,
    /// Lines that were left out because only their program knows them, each with what stood there.
    pub(super) left_out: Vec<(usize, String)>,
}

/// Makes plain Markdown of a source.
pub(super) fn plain(text: &str) -> Plain {
    let mut reader = Reader::default();
    let mut out = String::with_capacity(text.len());
    for (index, line) in text.lines().enumerate() {
        let line = reader.line(line.trim_end_matches('\r'), index + 1);
        out.push_str(&line);
        out.push('\n');
    }
    Plain { text: out, left_out: reader.left_out }
}

#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a construct that may be open, whatever the others are")]
struct Reader {
    /// The fence of the code that is read.
    fence: Option<String>,
    /// Fences of directives whose content is prose.
    directives: Vec<String>,
    /// Options of a directive may follow.
    options: bool,
    /// Indents of admonitions.
    indents: Vec<usize>,
    comment: bool,
    /// Between `<pre>` and `</pre>`.
    pre: bool,
    /// Between the shortcodes that hold code.
    code: bool,
    left_out: Vec<(usize, String)>,
}

impl Reader {
    fn line(&mut self, line: &str, number: usize) -> String {
        let line = self.dedent(line);
        if let Some(fence) = self.fence.clone() {
            return self.in_code(line, &fence);
        }
        if self.pre {
            let ends = line.contains("</pre>");
            self.pre = !ends;
            return if ends { "```".to_owned() } else { entities(&line) };
        }
        let options = std::mem::take(&mut self.options);
        if options && OPTION.found(&line) {
            self.options = true;
            return String::new();
        }
        let line = self.without_comments(line);
        if let Some(found) = FENCE.captures(&line) {
            let (indent, fence, beside) = (found[1].to_owned(), found[2].to_owned(), found[3].trim().to_owned());
            return self.fence(line.clone(), &indent, fence, &beside);
        }
        if let Some(found) = HIGHLIGHT.captures(&line) {
            let ends = found.get(1).is_some_and(|slash| !slash.as_str().is_empty()) || found.get(3).is_some();
            let language = found.get(2).or_else(|| found.get(4)).map_or("", |language| language.as_str());
            return if ends && !self.code {
                String::new()
            } else if ends {
                self.code = false;
                "```".to_owned()
            } else {
                self.code = true;
                format!("```{language}")
            };
        }
        if self.code {
            return line;
        }
        self.prose(&line, number)
    }

    fn in_code(&mut self, line: String, fence: &str) -> String {
        let bare = line.trim_start_matches([' ', '\t', '>']).trim_end();
        let mark = fence.chars().next().unwrap_or('`');
        if bare.len() >= fence.len() && bare.chars().all(|c| c == mark) {
            self.fence = None;
            self.options = false;
            return line;
        }
        if self.options {
            self.options = OPTION.found(&line);
            if self.options {
                return String::new();
            }
        }
        line
    }

    fn fence(&mut self, line: String, indent: &str, fence: String, beside: &str) -> String {
        if beside.is_empty() && self.directives.last().is_some_and(|open| *open == fence) {
            self.directives.pop();
            return String::new();
        }
        if let Some(found) = DIRECTIVE.captures(beside) {
            let (name, rest) = (found[1].to_lowercase(), found[2].trim().to_owned());
            if ADMONITIONS.contains(&name.as_str()) {
                self.directives.push(fence);
                self.options = true;
                return format!("{indent}{}", label(&name, &rest));
            }
            self.fence = Some(fence.clone());
            self.options = true;
            let language = if matches!(name.as_str(), "code" | "code-block" | "code-cell" | "prompt" | "sourcecode") {
                rest.split_whitespace().next().unwrap_or_default().to_owned()
            } else {
                name
            };
            return format!("{indent}{fence}{language}");
        }
        // A fence that is closed on its own line is code within a sentence.
        if beside.contains('`') && fence.starts_with('`') {
            return line;
        }
        self.fence = Some(fence);
        line
    }

    fn prose(&mut self, line: &str, number: usize) -> String {
        if let Some(found) = COLONS.captures(line) {
            let name = found.get(3).or_else(|| found.get(4)).map_or("", |name| name.as_str()).to_lowercase();
            return if name.is_empty() { String::new() } else { label(&name, &found[5]) };
        }
        if let Some(found) = ADMONITION.captures(line) {
            let indent = found[1].to_owned();
            self.indents.push(indent.len());
            let name = found.get(3).map_or("", |name| name.as_str());
            return format!("{indent}{}", label(name, found.get(4).map_or("", |title| title.as_str())));
        }
        if let Some(found) = SHORTCODE.captures(line) {
            let title = QUOTED
                .captures(&found[2])
                .and_then(|found| found.get(1).or_else(|| found.get(2)))
                .map(|title| title.as_str().to_owned());
            let name = found[1].to_lowercase();
            let known = ADMONITIONS.contains(&name.as_str())
                || matches!(
                    name.as_str(),
                    "tabs" | "tab" | "alert" | "steps" | "step" | "expand" | "notice" | "columns" | "admonition"
                );
            let opens =
                !line.contains("{{< /") && !line.contains("{{% /") && !line.contains("{{</") && !line.contains("{{%/");
            if !known && opens {
                self.left_out.push((number, line.trim().to_owned()));
            }
            let title = title
                .filter(|_| name != "hint" && name != "alert" && name != "notice" || !STYLE.found(&found[2]))
                .or_else(|| STYLE.captures(&found[2]).map(|found| style(&found[1])));
            return title.filter(|_| known && opens).map(|title| format!("**{title}**")).unwrap_or_default();
        }
        if TEMPLATE.found(line) {
            if !line.contains("TOC") && !line.trim_start().starts_with("{:") && !line.trim_end().ends_with(")=") {
                self.left_out.push((number, line.trim().to_owned()));
            }
            return String::new();
        }
        if line.trim_start().starts_with("<pre") {
            let after = line.split_once('>').map_or("", |(_, after)| after).replace("<code>", "");
            if let Some((inner, _)) = after.split_once("</pre>") {
                return format!("    {}", entities(inner));
            }
            self.pre = true;
            return if after.trim().is_empty() { "```".to_owned() } else { format!("```\n{}", entities(&after)) };
        }
        html(&PAIR.replace(line, ""))
    }

    /// The line without what is between `<!--` and `-->`.
    fn without_comments(&mut self, line: String) -> String {
        if !self.comment && !line.contains("<!--") {
            return line;
        }
        let mut kept = String::new();
        let mut rest = line.as_str();
        loop {
            if self.comment {
                let Some((_, after)) = rest.split_once("-->") else { return kept };
                (self.comment, rest) = (false, after);
            } else {
                let Some((before, after)) = rest.split_once("<!--") else {
                    kept.push_str(rest);
                    return kept;
                };
                kept.push_str(before);
                (self.comment, rest) = (true, after);
            }
        }
    }

    /// The content of an admonition without its indent.
    fn dedent(&mut self, line: &str) -> String {
        let indent = line.len() - line.trim_start_matches(' ').len();
        if self.indents.is_empty() || line.trim().is_empty() {
            return line.to_owned();
        }
        while self.indents.last().is_some_and(|own| indent < own + 4) && self.fence.is_none() {
            self.indents.pop();
        }
        line.chars().skip((4 * self.indents.len()).min(indent)).collect()
    }
}

/// `danger` as a label.
fn style(word: &str) -> String {
    label(word, "").trim_matches('*').to_owned()
}

fn label(name: &str, title: &str) -> String {
    let name =
        if matches!(name, "admonition" | "dropdown" | "details" | "tab-item" | "tab-set" | "card") { "" } else { name };
    let mut letters = name.chars();
    let name: String = letters.next().map(char::to_uppercase).into_iter().flatten().chain(letters).collect();
    match (name.is_empty(), title.trim().is_empty()) {
        (true, true) => String::new(),
        (false, true) => format!("**{name}:**"),
        (true, false) => format!("**{}**", title.trim()),
        (false, false) => format!("**{name}: {}**", title.trim()),
    }
}

/// A line without tags that only lay out; what they hold stays. Code within the line is left alone.
fn html(line: &str) -> String {
    if !line.contains('<') {
        return line.to_owned();
    }
    let mut out = String::new();
    for (index, part) in line.split('`').enumerate() {
        if index > 0 {
            out.push('`');
        }
        if index % 2 == 1 {
            out.push_str(part);
        } else {
            let part = SUMMARY.replace(part, "**$1**");
            out.push_str(&TAGS.replace(&BREAK.replace(&part, " "), ""));
        }
    }
    out
}

fn entities(text: &str) -> String {
    let text = text.replace("<code>", "").replace("</code>", "");
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    fn plain(text: &str) -> String {
        super::plain(text).text
    }

    #[test]
    fn dialects_become_plain_markdown() {
        for (text, expected) in [
            ("a <!-- b\nc --> d\n", "a \n d\n"),
            ("```{note} Look\n:class: x\nwords\n```\n", "**Note: Look**\n\nwords\n\n"),
            ("```{code-block} bash\n:linenos:\nls\n```\n", "```bash\n\nls\n```\n"),
            (
                "!!! warning \"Mind\"\n\n    words\n\n    ```sh\n    ls\n    ```\nafter\n",
                "**Warning: Mind**\n\nwords\n\n```sh\nls\n```\nafter\n",
            ),
            ("{{< highlight bash >}}\nls\n{{< /highlight >}}\n", "```bash\nls\n```\n"),
            ("{{% tab name=\"Linux\" %}}\nx\n{{% /tab %}}\n", "**Linux**\nx\n\n"),
            ("{{< hint style=\"danger\" >}}\nx\n{{< /hint >}}\n", "**Danger:**\nx\n\n"),
            ("<details>\n<summary>More</summary>\n\nx\n</details>\n", "\n**More**\n\nx\n\n"),
            ("<pre>\na &lt;b&gt;\n</pre>\n", "```\na <b>\n```\n"),
            (":::{tip}\nx\n:::\n", "**Tip:**\nx\n\n"),
            ("(howto:x)=\n# H\n", "\n# H\n"),
            ("[TOC]\n<a name=\"x\"></a>\n## H\n", "\n\n## H\n"),
        ] {
            assert_eq!(plain(text), expected, "{text}");
        }
    }

    #[test]
    fn code_is_left_alone() {
        for text in ["```sh\na <!-- b {{< c >}}\n<p>\n```\n", "use `<p>` here\n", "~~~\n```\n<div>\n~~~\n"] {
            assert_eq!(plain(text), text);
        }
    }

    #[test]
    fn what_only_its_program_knows_is_told() {
        assert_eq!(super::plain("{{< ref-list \"x\" >}}\n<% partial %>\n").left_out.len(), 2);
    }
}
