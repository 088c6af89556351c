//! Models: folders with a manifest, the runtimes that run them, and the scores they give.
