//! The table *threat number → tests*: every test it names exists, every attack of docs/threat-model.md
//! has a test or a reason why it has none yet, and that document names the same programs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::{Attribute, Item};

/// An attack, the tests that try it, and what is left for later, if anything is.
struct Threat {
    number: u32,
    tests: &'static [&'static str],
    later: Option<Later>,
}

/// The later capabilities that an attack waits for.
#[derive(Clone, Copy, Debug)]
enum Later {
    /// Revoking and suspending devices.
    Revocation,
    /// Legal holds, retention, disposition, destroying keys.
    Holds,
    /// Recovery shares, the change of the root, restoring.
    Recovery,
    /// Teams, lifting screens, moving documents between matters.
    Moving,
    /// What depositors bring in.
    Deposits,
    /// Witnesses outside, a firm's policy, histories compared between clients.
    Witnesses,
    /// Bindings of other languages.
    Bindings,
    /// Timing by measurement.
    Timing,
}

const fn here(number: u32, tests: &'static [&'static str]) -> Threat {
    Threat { number, tests, later: None }
}

const fn part(number: u32, tests: &'static [&'static str], later: Later) -> Threat {
    Threat { number, tests, later: Some(later) }
}

const fn later(number: u32, later: Later) -> Threat {
    Threat { number, tests: &[], later: Some(later) }
}

/// `file: test`, the file below `tests/`.
const THREATS: &[Threat] = &[
    here(
        1,
        &[
            "hostile/rows.rs: rows_moved_between_documents_and_every_flipped_bit_of_a_wrap_are_refused",
            "hostile/rows.rs: a_wrap_that_holds_junk_is_named_and_one_for_somebody_else_opens_nothing",
            "envelope_refusals/flips.rs: every_bit_of_a_wrap_counts",
            "vectors_privity/wrap.rs: every_case_of_wrap_json",
        ],
    ),
    here(
        2,
        &[
            "hostile/keys.rs: a_public_key_changed_in_its_record_is_tampering",
            "hostile/keys.rs: a_key_that_an_insider_records_for_somebody_else_is_reported_and_gets_nothing",
            "hostile/keys.rs: a_device_key_that_the_server_puts_in_shows_in_the_words",
            "vault_firm.rs: words_that_differ_stop_an_enrolment",
            "vectors_firm.rs: every_case_of_reported_json",
            "sharing_accept/sender.rs: a_share_by_another_key_than_the_contacts_is_refused",
            "sharing_accept/recipients.rs: a_list_of_recipients_that_no_share_has_is_refused",
        ],
    ),
    here(
        3,
        &[
            "hostile/keys.rs: a_device_key_that_the_server_puts_in_shows_in_the_words",
            "sharing_accept/sender.rs: only_a_verified_contact_is_believed",
            "sharing_accept/sender.rs: a_changed_contact_is_believed_under_no_key",
            "sharing_accept/firm.rs: the_state_of_the_very_device_decides_before_that_of_its_firm",
        ],
    ),
    here(
        4,
        &[
            "hostile/keys.rs: another_seed_wrapped_to_the_right_device_is_not_taken_for_the_users_key",
            "keys_hierarchy.rs: protected_files_of_each_kind_refuse_each_other_and_every_change",
        ],
    ),
    here(
        5,
        &[
            "hostile/moved.rs: rows_and_wraps_of_one_matter_are_none_of_another",
            "hostile/blobs.rs: blobs_moved_between_documents_and_matters_are_refused",
            "envelope_refusals/chunks.rs: a_document_is_not_taken_for_another",
            "vectors_privity/keyrow.rs: every_case_of_keyrow_json",
        ],
    ),
    here(
        6,
        &[
            "keys_identity.rs: the_cost_of_a_passphrase_has_a_floor_and_a_ceiling",
            "keys_identity.rs: a_file_of_another_cost_is_refused_before_any_work",
            "sharing_age/hostile.rs: the_work_of_a_password_is_limited_before_any_is_done",
        ],
    ),
    here(7, &["envelope_refusals/two_keys.rs: a_ciphertext_of_two_keys_is_refused_before_it_is_decrypted"]),
    here(
        8,
        &[
            "envelope_refusals/two_keys.rs: a_ciphertext_of_two_keys_is_refused_before_it_is_decrypted",
            "sharing_accept/recipients.rs: as_many_stanzas_as_recipients_and_of_one_kind",
            "sharing_accept/flips.rs: every_flipped_bit_and_every_length_of_a_content_is_refused",
        ],
    ),
    here(
        9,
        &[
            "hostile/moved.rs: another_encoding_of_the_same_row_or_record_is_refused",
            "codec_dcbor.rs: dcbor_accepts_whatever_changed_encodings_are_accepted",
            "audit_record.rs: what_is_read_has_one_encoding_whatever_was_changed",
        ],
    ),
    here(
        10,
        &[
            "hostile/blobs.rs: every_chunk_dropped_swapped_repeated_cut_or_added_is_refused_and_leaves_no_file",
            "envelope_files.rs: what_was_tampered_with_is_not_written",
            "sharing_age/flips.rs: every_other_length_is_refused",
        ],
    ),
    here(
        11,
        &[
            "hostile/blobs.rs: every_chunk_dropped_swapped_repeated_cut_or_added_is_refused_and_leaves_no_file",
            "envelope_refusals/chunks.rs: no_chunk_can_be_dropped_swapped_or_repeated",
            "envelope_refusals/chunks.rs: no_chunk_of_another_sealing_fits",
            "envelope_refusals/chunks.rs: no_file_can_be_cut_anywhere",
            "envelope_refusals/chunks.rs: no_file_can_be_extended",
            "sharing_age/flips.rs: chunks_cannot_be_cut_dropped_swapped_or_put_twice",
        ],
    ),
    here(
        12,
        &[
            "envelope_refusals/shares.rs: a_public_key_with_a_half_of_small_order_is_refused",
            "envelope_refusals/shares.rs: a_wrap_with_a_share_of_small_order_is_refused",
            "vectors_privity/wrap.rs: every_case_of_wrap_json",
            "sharing_age/hostile.rs: points_of_small_order_are_refused_as_recipients_and_as_shares",
        ],
    ),
    here(
        13,
        &[
            "vectors_foreign/ed25519.rs: the_verdicts_over_speccheck_are_pinned",
            "vectors_foreign/enrol.rs: an_honest_key_is_enrolled_and_its_torsioned_twins_are_not",
            "vectors_record.rs: records_are_those_of_the_independent_implementation",
        ],
    ),
    here(
        14,
        &[
            "hostile/moved.rs: a_key_wrapped_for_one_purpose_is_none_for_another",
            "hostile/moved.rs: a_record_under_the_key_of_checkpoints_counts_for_nothing",
            "audit_refusals/purposes.rs: no_signature_passes_for_one_of_another_purpose",
            "envelope_refusals/labels.rs: a_wrap_opens_for_its_own_purpose_and_profile_alone",
        ],
    ),
    here(
        15,
        &[
            "sharing_accept/recipients.rs: a_share_that_a_recipient_forwards_is_refused",
            "sharing_accept/recipients.rs: a_hybrid_share_is_for_who_is_named_alone",
            "sharing_accept/recipients.rs: a_password_share_is_for_nobody_by_name_and_says_that_anybody_passes_it_on",
            "sharing_accept/firm.rs: a_firms_device_receives_a_share_and_acknowledges_it",
        ],
    ),
    here(
        16,
        &[
            "hostile/history.rs: an_older_store_is_a_rollback_and_another_history_a_fork",
            "hostile/history.rs: readers_who_are_shown_less_than_writers_refuse_what_they_are_shown",
            "hostile/history.rs: an_old_checkpoint_under_the_key_of_a_newer_one_is_no_rollback_unseen",
            "vectors_firm.rs: every_case_of_firm_json",
        ],
    ),
    here(
        17,
        &[
            "hostile/time.rs: a_removal_that_the_store_holds_back_stops_a_strict_writer_after_a_day",
            "hostile/time.rs: nobody_vouches_to_themself_and_two_who_ask_for_it_do_not_wait_for_ever",
            "hostile/history.rs: readers_who_are_shown_less_than_writers_refuse_what_they_are_shown",
            "vault_trust.rs: acts_wait_for_a_colleague_where_policy_asks_for_freshness",
        ],
    ),
    here(
        18,
        &[
            "removed_device.rs: with_every_older_copy_of_the_store_too_she_opens_exactly_what_she_could",
            "removed_device.rs: a_build_that_uses_the_old_epoch_secret_again_is_caught",
        ],
    ),
    part(
        19,
        &[
            "hostile/history.rs: an_older_store_is_a_rollback_and_another_history_a_fork",
            "audit_chain.rs: a_pin_refuses_an_older_state_and_another_history",
            "vectors_firm.rs: every_case_of_firm_json",
        ],
        Later::Witnesses,
    ),
    here(
        20,
        &[
            "hostile/history.rs: a_tail_that_is_cut_off_is_a_rollback_to_who_saw_it_and_unanchored_to_who_did_not",
            "hostile/history.rs: leaves_edited_removed_or_past_the_last_anchor",
            "audit_chain.rs: a_chain_cut_off_is_incomplete_at_every_length",
            "vectors_firm.rs: every_case_of_firm_json",
        ],
    ),
    here(
        21,
        &[
            "hostile/history.rs: leaves_edited_removed_or_past_the_last_anchor",
            "audit_chain.rs: an_edited_record_is_named_by_its_index",
            "audit_chain.rs: a_record_put_in_is_named_by_its_index",
            "audit_chain.rs: a_missing_record_is_named_by_its_place",
            "audit_chain.rs: exchanged_records_are_named_by_the_first",
            "vectors_firm.rs: every_case_of_firm_json",
        ],
    ),
    here(
        22,
        &[
            "hostile/history.rs: records_of_another_chain_or_another_firm_are_no_records_of_this_one",
            "audit_chain.rs: a_record_of_another_chain_is_named_by_its_index",
            "audit_proof.rs: no_anchor_but_the_leaf_proves_a_record",
        ],
    ),
    here(23, &["audit_chain.rs: a_record_signed_anew_by_its_own_author_shows_at_the_next"]),
    part(24, &["vectors_firm.rs: every_case_of_firm_json"], Later::Revocation),
    here(
        25,
        &[
            "hostile/clones.rs: two_copies_of_one_device_on_two_copies_of_the_store_are_reported_as_conflicting_records",
            "hostile/clones.rs: two_copies_of_one_device_on_one_store_pass_over_each_others_sequences",
            "audit_chain.rs: two_records_of_one_sequence_are_conflicting_and_blame_nobody",
            "audit_record.rs: two_records_under_one_sequence_are_conflicting_and_only_they",
        ],
    ),
    part(26, &["vectors_firm.rs: every_case_of_firm_json"], Later::Moving),
    here(
        27,
        &[
            "hostile/access.rs: an_administrator_admits_nobody_and_a_wrap_without_a_record_opens_nothing",
            "hostile/access.rs: a_grant_that_an_administrator_signs_for_themself_is_seen_by_every_member",
            "hostile/access.rs: a_device_certified_for_somebody_else_is_on_record_and_a_store_that_hides_it_is_a_rollback",
            "vectors_firm.rs: every_case_of_roles_json",
        ],
    ),
    later(28, Later::Holds),
    later(29, Later::Holds),
    here(30, &["audit_record.rs: a_dictionary_finds_nothing_in_a_record_whose_details_are_erased"]),
    here(
        31,
        &[
            "hostile/clones.rs: a_snapshot_that_is_run_twice_uses_no_key_salt_or_nonce_twice",
            "hostile/clones.rs: processes_that_begin_alike_use_no_key_salt_or_nonce_twice",
            "hostile/clones.rs: without_randomness_nothing_is_written_and_it_goes_on_once_there_is_some",
            "envelope_files.rs: without_randomness_nothing_is_written",
        ],
    ),
    here(
        32,
        &[
            "hostile/sizes.rs: rows_of_any_size_are_refused_by_their_size",
            "hostile/sizes.rs: a_store_that_hands_out_more_leaves_than_there_are_or_never_ends_is_refused",
            "hostile/sizes.rs: rows_without_number_that_no_record_names_cost_no_more_than_reading_them",
            "hostile/blobs.rs: a_store_of_blobs_that_lies_about_sizes_fails_in_the_middle_or_keeps_half_is_told_apart",
            "envelope_refusals/hostile.rs: counts_and_depths_of_a_header_are_bounded",
            "audit_refusals/memory.rs: memory_does_not_grow_with_the_chain",
            "codec_dcbor.rs: counts_beyond_the_input_are_refused_at_once",
            "sharing_age/hostile.rs: the_limits_of_a_header_hold_and_nothing_is_read_beyond_them",
            "sharing_framings/hostile.rs: a_promise_of_everything_costs_nothing",
            "sharing_accept/layout.rs: another_order_of_the_entries_is_refused",
            "sharing_accept/large.rs: memory_does_not_grow_with_the_share",
        ],
    ),
    here(
        33,
        &[
            "sharing_framings/hostile.rs: every_unsafe_name_is_refused",
            "sharing_accept/layout.rs: no_unsafe_name_passes_in_a_signed_share",
            "sharing_accept/contents.rs: contents_that_were_not_signed_are_refused",
            "fuzz_replay.rs: the_corpus_is_accepted_and_refused_as_its_names_say",
        ],
    ),
    here(
        34,
        &[
            "sharing_framings/hostile.rs: every_other_layout_is_refused",
            "sharing_accept/layout.rs: no_trick_of_the_archive_passes_in_a_signed_share",
            "sharing_accept/contents.rs: contents_that_were_not_signed_are_refused",
            "foreign_share.rs: with_an_age_of_any_version",
        ],
    ),
    here(
        35,
        &[
            "audit_record.rs: what_is_read_has_one_encoding_whatever_was_changed",
            "sharing_accept/manifest.rs: a_manifest_of_another_form_is_refused",
            "sharing_accept/manifest.rs: every_value_that_is_no_term_of_this_version_is_refused",
            "sharing_accept/manifest.rs: every_member_counts",
            "sharing_accept/manifest.rs: documents_that_are_listed_otherwise_than_they_lie_are_refused",
        ],
    ),
    here(
        36,
        &[
            "sharing_accept/sender.rs: a_share_of_the_future_and_an_expired_one_are_refused",
            "sharing_accept/sender.rs: the_card_of_the_sender_must_be_in_force",
            "sharing_accept/sender.rs: only_a_verified_contact_is_believed",
        ],
    ),
    here(
        37,
        &[
            "hostile/moved.rs: a_row_of_another_profile_or_version_is_refused",
            "envelope_refusals/labels.rs: a_seal_opens_as_its_own_kind_and_profile_alone",
            "vectors_privity/keyrow.rs: every_case_of_keyrow_json",
        ],
    ),
    here(
        38,
        &[
            "vault_crash.rs: every_verb_is_in_the_matrix",
            "vault_broken/full.rs: a_full_disk_costs_nothing_that_was_sealed_and_leaves_nothing_half_written",
            "vault_create.rs: a_firm_whose_making_broke_off_at_any_step_is_made_by_calling_again",
            "vault_kill.rs: a_firm_killed_while_people_come_and_go_is_as_acknowledged",
        ],
    ),
    here(
        39,
        &[
            "vault_many.rs: processes_of_four_people_write_one_history",
            "vault_many.rs: two_processes_of_one_device_use_no_sequence_twice",
        ],
    ),
    here(
        40,
        &[
            "envelope_refusals/secrets.rs: no_debug_output_shows_a_key",
            "fuzz_replay.rs: the_corpus_is_accepted_and_refused_as_its_names_say",
            "vault_secrets.rs: nothing_that_is_shown_has_a_secret_in_it",
            "vault_secrets.rs: a_locked_vault_leaves_no_secret_in_memory_and_never_one_in_a_store",
        ],
    ),
    later(41, Later::Timing),
    later(42, Later::Bindings),
    here(
        43,
        &[
            "hostile/content.rs: content_swapped_under_the_right_key_is_refused_by_every_whole_read",
            "hostile/content.rs: a_document_key_of_the_insiders_choosing_is_no_row_of_the_record",
            "envelope_files.rs: replaced_content_is_not_written",
            "vectors_privity/document.rs: every_case_of_document_json",
        ],
    ),
    here(44, &["vectors_firm.rs: every_case_of_firm_json"]),
    part(
        45,
        &[
            "hostile/history.rs: an_unanchored_past_can_be_rewritten_until_somebody_else_saw_it_and_never_after",
            "audit_chain.rs: a_chain_is_anchored_once_enough_known_cosigners_signed_its_newest_checkpoint",
            "audit_note.rs: a_user_counts_once_the_signers_user_never_a_witness_once",
            "vault_trust.rs: acts_wait_for_a_colleague_where_policy_asks_for_freshness",
        ],
        Later::Witnesses,
    ),
    here(
        46,
        &[
            "hostile/commits.rs: a_commit_that_was_not_written_leaves_nothing_and_its_sequences_are_passed_over",
            "hostile/commits.rs: a_commit_that_was_written_though_the_store_denies_it_counts_and_nothing_is_lost",
            "hostile/commits.rs: bytes_of_a_denied_commit_that_come_back_later_are_another_history",
        ],
    ),
    part(
        47,
        &[
            "hostile/time.rs: a_removal_that_the_store_holds_back_stops_a_strict_writer_after_a_day",
            "hostile/time.rs: a_new_colleague_is_enrolled_only_on_a_fresh_state",
            "hostile/time.rs: nobody_vouches_to_themself_and_two_who_ask_for_it_do_not_wait_for_ever",
        ],
        Later::Holds,
    ),
    later(48, Later::Recovery),
    here(
        49,
        &[
            "hostile/time.rs: a_document_that_was_begun_under_an_old_epoch_is_sealed_under_the_newest",
            "hostile/time.rs: an_epoch_that_an_insider_lets_a_late_record_name_is_refused_by_the_fold",
            "vectors_firm.rs: every_case_of_reported_json",
        ],
    ),
    here(
        50,
        &[
            "hostile/rows.rs: an_old_row_or_old_metadata_put_back_is_refused",
            "vectors_privity/keyrow.rs: every_case_of_keyrow_json",
        ],
    ),
    part(
        51,
        &["hostile/history.rs: a_new_device_that_is_shown_the_state_before_its_approval_refuses_to_begin"],
        Later::Recovery,
    ),
    part(52, &["vectors_firm.rs: every_case_of_firm_json"], Later::Revocation),
    here(
        53,
        &[
            "hostile/access.rs: a_person_is_removed_from_a_matter_whose_rows_the_store_hides",
            "hostile/access.rs: a_matter_missing_from_the_chains_stops_the_removal_before_anything_is_written",
            "hostile/access.rs: a_matter_that_this_user_cannot_rotate_is_named",
            "vault_firm.rs: a_removed_person_is_removed_from_every_matter_of_the_directory",
        ],
    ),
    later(54, Later::Moving),
    later(55, Later::Deposits),
    here(
        56,
        &[
            "hostile/moved.rs: rows_blobs_and_keys_that_no_record_names_mean_nothing",
            "sharing_accept/contents.rs: contents_that_were_not_signed_are_refused",
            "sharing_accept/signed.rs: what_is_not_signed_by_its_key_for_this_purpose_is_refused",
            "foreign_share.rs: with_an_age_of_any_version",
        ],
    ),
    later(57, Later::Recovery),
    part(58, &["vectors_firm.rs: every_case_of_firm_json"], Later::Recovery),
    part(
        59,
        &[
            "hostile/time.rs: a_clock_that_is_moved_back_makes_no_old_state_fresh",
            "hostile/time.rs: freshness_is_not_won_by_turning_the_clock_back_to_when_a_colleague_last_vouched",
            "hostile/time.rs: a_record_dated_before_its_authors_newest_counts_for_nothing",
            "hostile/time.rs: a_time_out_of_the_air_makes_nothing_fresh",
            "vectors_firm.rs: every_case_of_reported_json",
        ],
        Later::Holds,
    ),
    here(60, &["hostile/table.rs: what_is_not_defended_is_said"]),
    here(
        61,
        &[
            "hostile/rows.rs: a_wrap_that_holds_junk_is_named_and_one_for_somebody_else_opens_nothing",
            "vectors_privity/wrap.rs: every_case_of_wrap_json",
        ],
    ),
    here(
        62,
        &[
            "hostile/rows.rs: a_shred_key_of_the_stores_choosing_seals_nothing",
            "hostile/moved.rs: a_store_of_shred_keys_that_lies_makes_nobody_seal_and_loses_nothing",
            "vectors_privity/keyrow.rs: every_case_of_keyrow_json",
        ],
    ),
    here(
        63,
        &[
            "audit_record.rs: an_approval_is_of_one_act_in_one_chain",
            "vectors_firm.rs: every_case_of_reported_json",
        ],
    ),
    here(
        64,
        &[
            "audit_note.rs: two_log_keys_of_one_key_id_are_never_known_together",
            "vectors_record.rs: two_log_keys_of_one_short_id_are_never_both_certified",
        ],
    ),
    here(
        65,
        &[
            "hostile/history.rs: leaves_edited_removed_or_past_the_last_anchor",
            "vectors_firm.rs: every_case_of_firm_json",
        ],
    ),
    part(
        66,
        &[
            "removed_device.rs: with_every_older_copy_of_the_store_too_she_opens_exactly_what_she_could",
            "keys_hierarchy.rs: with_the_shred_key_gone_nothing_opens",
            "vectors_privity/keyrow.rs: every_case_of_keyrow_json",
            "hostile/moved.rs: a_store_of_shred_keys_that_lies_makes_nobody_seal_and_loses_nothing",
        ],
        Later::Holds,
    ),
    here(
        67,
        &[
            "hostile/history.rs: one_matter_held_back_while_the_others_go_on_is_found",
            "vectors_chain.rs: every_case_of_chain_json_gives_its_verdict",
        ],
    ),
    here(
        68,
        &[
            "hostile/content.rs: metadata_rewritten_by_a_holder_of_the_document_key_is_refused",
            "vectors_privity/keyrow.rs: every_case_of_keyrow_json",
        ],
    ),
    here(69, &["hostile/commits.rs: the_loser_of_a_race_abandons_its_sequence_and_nobody_is_blamed"]),
    here(
        70,
        &[
            "hostile/void.rs: a_void_anchor_is_named_and_the_firm_goes_on",
            "hostile/void.rs: a_record_the_fold_refuses_stays_changes_nothing_and_is_named",
            "hostile/void.rs: a_root_that_matches_no_bytes_is_refused_with_its_committer",
            "vectors_firm.rs: every_case_of_firm_json",
        ],
    ),
    here(
        71,
        &[
            "audit_proof/signer.rs: a_signer_is_who_the_certificate_says_and_was_active",
            "vectors_chain.rs: every_case_of_devices_json_gives_its_verdict",
            "sharing_accept/firm.rs: a_firms_share_shows_that_its_device_was_active",
        ],
    ),
    here(
        72,
        &[
            "removed_device.rs: with_all_she_ever_held_and_every_store_she_opens_what_was_sealed_before_and_nothing_after",
            "vectors_firm.rs: every_case_of_firm_json",
        ],
    ),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The tests of a source that run without being asked for.
fn tests_of(path: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let file = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let is = |attributes: &[Attribute], name: &str| attributes.iter().any(|one| one.path().is_ident(name));
    let mut found = BTreeSet::new();
    let mut items = file.items;
    while let Some(item) = items.pop() {
        match item {
            Item::Fn(one) if is(&one.attrs, "test") && !is(&one.attrs, "ignore") => {
                found.insert(one.sig.ident.to_string());
            }
            // Property tests stand in a macro's braces.
            Item::Macro(one) => {
                let tokens = one.mac.tokens.to_string();
                let names = tokens.split("# [test]").skip(1).filter_map(|after| after.split("fn ").nth(1));
                let name = |after: &str| after.split(['(', ' ']).next().map(str::to_owned);
                found.extend(names.filter_map(name));
            }
            Item::Mod(one) => items.extend(one.content.into_iter().flat_map(|(_, inner)| inner)),
            _ => {}
        }
    }
    found
}

/// Names of tests that are not there.
fn missing<'t>(tests: impl Iterator<Item = &'t str>) -> Vec<String> {
    let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut missing = Vec::new();
    for test in tests {
        let (file, name) = test.split_once(": ").expect("file: test");
        let path = root().join("tests").join(file);
        let there =
            path.exists() && known.entry(file.to_owned()).or_insert_with(|| tests_of(&path)).contains(name);
        if !there {
            missing.push(test.to_owned());
        }
    }
    missing
}

/// The program that a file is part of.
fn program(test: &str) -> String {
    let file = test.split_once(": ").map_or(test, |(file, _)| file);
    let top = file.split('/').next().unwrap_or(file);
    format!("{}.rs", top.trim_end_matches(".rs"))
}

/// Number, state and programs of each row in docs/threat-model.md.
fn documented() -> BTreeMap<u32, (String, BTreeSet<String>)> {
    let text = fs::read_to_string(root().join("docs/threat-model.md")).unwrap();
    let mut rows = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<_> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let Some(number) = cells.first().and_then(|cell| cell.parse().ok()) else { continue };
        let [_, _, _, state, shown] = cells[..] else { panic!("row {number} has {} cells", cells.len()) };
        let state = state.split([':', '.']).next().unwrap_or_default().to_owned();
        let programs = shown.split(", ").filter(|one| *one != "—").map(str::to_owned).collect();
        assert!(rows.insert(number, (state, programs)).is_none(), "row {number} is there twice");
    }
    rows
}

#[test]
fn every_attack_has_a_test_that_exists_or_a_reason_why_it_has_none_yet() {
    let numbers: Vec<_> = THREATS.iter().map(|threat| threat.number).collect();
    assert_eq!(numbers, (1..=72).collect::<Vec<_>>(), "each attack once, in order");
    assert_eq!(missing(THREATS.iter().flat_map(|threat| threat.tests).copied()), [""; 0]);
    let neither: Vec<_> = THREATS
        .iter()
        .filter(|one| one.tests.is_empty() && one.later.is_none())
        .map(|one| one.number)
        .collect();
    assert_eq!(neither, [0; 0], "neither a test nor a reason");
    let (tests, later) = (
        THREATS.iter().filter(|one| !one.tests.is_empty()).count(),
        THREATS.iter().filter(|one| one.later.is_some()).count(),
    );
    println!("{tests} attacks are tried, {later} wait for something, wholly or in part");
}

#[test]
fn the_threat_model_names_the_same_programs() {
    let documented = documented();
    assert_eq!(documented.len(), THREATS.len());
    for Threat { number, tests, later } in THREATS {
        let (state, programs) = &documented[number];
        let ours: BTreeSet<_> = tests.iter().map(|test| program(test)).collect();
        assert_eq!(*programs, ours, "attack {number}");
        let expected = match (tests.is_empty(), later) {
            (true, _) => "later",
            (false, Some(_)) => "part",
            (false, None) => "here",
        };
        assert_eq!(state, expected, "attack {number}: {later:?}");
    }
}

#[test]
fn a_test_that_is_not_there_or_does_not_run_is_noticed() {
    let tests = [
        "hostile/table.rs: a_test_that_is_not_there_or_does_not_run_is_noticed",
        "hostile/table.rs: no_such_test",
        "hostile/no_such_file.rs: whatever",
        "hostile/clones.rs: works_as_a_clone",
        "hostile/table.rs: missing",
        "codec_dcbor.rs: dcbor_accepts_whatever_arbitrary_bytes_are_accepted",
    ];
    assert_eq!(missing(tests.into_iter()), tests[1..5]);
}

/// [60] What cannot be defended is not passed over in silence.
#[test]
fn what_is_not_defended_is_said() {
    let text = fs::read_to_string(root().join("docs/threat-model.md")).unwrap();
    let text = text.split("## What is not defended").nth(1).expect("the section").replace("\n  ", " ");
    for said in [
        "Ids and times can identify people to whoever knows the firm, also after erasure.",
        "only a whole read compares the content commitment",
        "A store can refuse, delete and stop.",
        "What somebody copied stays copied.",
        "*unanchored*, *freshness unproven*",
    ] {
        assert!(text.contains(said), "{said}");
    }
}
