//! Key rotation: plans and reports.
