//! Learning from judgments: features, heads, and what to ask next.
