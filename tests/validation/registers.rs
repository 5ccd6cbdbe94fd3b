//! Published risk registers and ratios.

// Filled in beside the risk room's own tests: see `src/risk/`.
