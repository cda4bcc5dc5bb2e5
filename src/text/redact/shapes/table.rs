//! The shapes that are known. `SECURITY.md` lists them; a new one gets its line there.

/// What a secret behind an anchor is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// So many letters, digits, `_` and `-` at least, dots too where `dots`; case matters in the anchor, and it begins a word.
    Token {
        /// At least so many.
        least: usize,
        /// Dots are among them.
        dots: bool,
    },
    /// A JSON Web Token: three parts, the second of which begins like the first.
    Web,
    /// Anything to the next space, quote or separator, or to the closing quote; not a reference to a variable.
    Value,
    /// The same, of at least 16 characters: the anchor is a word of every language.
    LongValue,
    /// What stands in quotes.
    Quoted,
    /// `user:PASSWORD@`.
    Url,
    /// Everything to the end of the block.
    Block,
}

impl Kind {
    pub(super) fn ignores_case(self) -> bool {
        matches!(self, Self::Value | Self::LongValue | Self::Quoted | Self::Url)
    }

    pub(super) fn begins_a_word(self) -> bool {
        matches!(self, Self::Token { .. } | Self::Web)
    }
}

const fn token(least: usize) -> Kind {
    Kind::Token { least, dots: false }
}

const fn dotted(least: usize) -> Kind {
    Kind::Token { least, dots: true }
}

/// Name, anchor, kind. Lengths are those that the vendors document, or a little less.
pub(super) const BUILT_IN: &[(&str, &str, Kind)] = &[
    ("private key", "BEGIN PRIVATE KEY-----", Kind::Block),
    ("private key", "BEGIN RSA PRIVATE KEY-----", Kind::Block),
    ("private key", "BEGIN EC PRIVATE KEY-----", Kind::Block),
    ("private key", "BEGIN DSA PRIVATE KEY-----", Kind::Block),
    ("private key", "BEGIN OPENSSH PRIVATE KEY-----", Kind::Block),
    ("private key", "BEGIN ENCRYPTED PRIVATE KEY-----", Kind::Block),
    ("private key", "BEGIN PGP PRIVATE KEY BLOCK-----", Kind::Block),
    ("AWS key id", "AKIA", token(16)),
    ("AWS key id", "ASIA", token(16)),
    ("GitHub token", "ghp_", token(36)),
    ("GitHub token", "gho_", token(36)),
    ("GitHub token", "ghu_", token(36)),
    ("GitHub token", "ghs_", token(36)),
    ("GitHub token", "ghr_", token(36)),
    ("GitHub token", "github_pat_", token(40)),
    ("GitLab token", "glpat-", token(20)),
    ("GitLab token", "glrt-", token(20)),
    ("GitLab token", "gldt-", token(20)),
    ("GitLab token", "glcbt-", token(20)),
    ("Slack token", "xoxb-", token(10)),
    ("Slack token", "xoxp-", token(10)),
    ("Slack token", "xoxa-", token(10)),
    ("Slack token", "xoxr-", token(10)),
    ("Slack token", "xoxs-", token(10)),
    ("Slack token", "xapp-", token(10)),
    ("Slack webhook", "hooks.slack.com/services/", Kind::Value),
    ("Stripe key", "sk_live_", token(16)),
    ("Stripe key", "rk_live_", token(16)),
    ("Stripe key", "sk_test_", token(16)),
    ("Google key", "AIza", token(35)),
    ("Google token", "ya29.", dotted(20)),
    ("npm token", "npm_", token(36)),
    ("PyPI token", "pypi-", token(50)),
    ("SendGrid key", "SG.", dotted(40)),
    ("Vault token", "hvs.", dotted(20)),
    ("Vault token", "hvb.", dotted(20)),
    ("DigitalOcean token", "dop_v1_", token(32)),
    ("DigitalOcean token", "doo_v1_", token(32)),
    ("Anthropic key", "sk-ant-", token(20)),
    ("OpenAI key", "sk-proj-", token(20)),
    ("Docker token", "dckr_pat_", token(20)),
    ("Shopify token", "shpat_", token(32)),
    ("Hugging Face token", "hf_", token(30)),
    ("Grafana token", "glsa_", token(30)),
    ("web token", "eyJ", Kind::Web),
    ("password", "password=", Kind::Value),
    ("password", "passwd=", Kind::Value),
    ("password", ";pwd=", Kind::Value),
    ("password", "mysql_pwd=", Kind::Value),
    ("password", "rediscli_auth=", Kind::Value),
    ("password", "sshpass -p ", Kind::Value),
    ("password", "password\":", Kind::Quoted),
    ("password", "passwd\":", Kind::Quoted),
    ("secret", "client_secret=", Kind::Value),
    ("secret", "_secret=", Kind::Value),
    ("secret", "secret_key=", Kind::Value),
    ("secret", "secret_access_key=", Kind::Value),
    ("secret", "secret_access_key = ", Kind::Value),
    ("secret", "secretaccesskey\":", Kind::Quoted),
    ("secret", "client_secret\":", Kind::Quoted),
    ("key", "api_key=", Kind::Value),
    ("key", "apikey=", Kind::Value),
    ("key", "accountkey=", Kind::Value),
    ("key", "sharedaccesskey=", Kind::Value),
    ("key", "api_key\":", Kind::Quoted),
    ("key", "x-api-key: ", Kind::Value),
    ("token", "_token=", Kind::Value),
    ("token", "access_token\":", Kind::Quoted),
    ("token", "refresh_token\":", Kind::Quoted),
    ("token", "private-token: ", Kind::Value),
    ("token", "x-vault-token: ", Kind::Value),
    ("token", "authorization: token ", Kind::Value),
    ("token", "authorization: basic ", Kind::Value),
    ("token", "authorization: bearer ", Kind::Value),
    ("token", "bearer ", Kind::LongValue),
    ("password", "://", Kind::Url),
];
