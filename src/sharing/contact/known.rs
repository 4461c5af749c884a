//! What is known of a party, however far it is believed.

use std::fmt;

use crate::crypto::sign::VerifyingKey;
use crate::error::{Code, Result};
use crate::sharing::age::{Kind, Recipient};
use crate::sharing::{Card, Fingerprint};
use crate::wire::ssh_key;

/// What is known of a party.
#[derive(Clone)]
pub(super) enum Known {
    Card(Box<Card>),
    Keys(Box<Keys>),
}

/// A person with stock tools.
#[derive(Clone)]
pub(super) struct Keys {
    pub(super) name: String,
    pub(super) organisation: String,
    pub(super) ssh: VerifyingKey,
    pub(super) hybrid: Option<Recipient>,
    pub(super) classic: Option<Recipient>,
}

impl Known {
    /// The next card of the same party in place of this one.
    pub(super) fn followed_by(&self, card: Card) -> Result<Self> {
        match self {
            Self::Card(held) if card.follows(held) => Ok(Self::Card(Box::new(card))),
            _ => Err(Code::CardOrder.into()),
        }
    }

    pub(super) fn card(&self) -> Option<&Card> {
        match self {
            Self::Card(card) => Some(card),
            Self::Keys(_) => None,
        }
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::Card(card) => card.name(),
            Self::Keys(keys) => &keys.name,
        }
    }

    pub(super) fn organisation(&self) -> &str {
        match self {
            Self::Card(card) => card.organisation(),
            Self::Keys(keys) => &keys.organisation,
        }
    }

    pub(super) fn anchor(&self) -> [u8; 32] {
        match self {
            Self::Card(card) => card.anchor(),
            Self::Keys(keys) => keys.ssh.to_bytes(),
        }
    }

    pub(super) fn ssh_key(&self) -> String {
        match self {
            Self::Card(card) => card.ssh_key(),
            Self::Keys(keys) => ssh_key::to_line(&keys.ssh, ""),
        }
    }

    pub(super) fn recipient(&self) -> Option<&Recipient> {
        match self {
            Self::Card(card) => Some(card.recipient()),
            Self::Keys(keys) => keys.hybrid.as_ref(),
        }
    }

    pub(super) fn classic_recipient(&self) -> Option<&Recipient> {
        match self {
            Self::Card(card) => card.classic_recipient(),
            Self::Keys(keys) => keys.classic.as_ref(),
        }
    }

    pub(super) fn fingerprint(&self) -> Fingerprint {
        match self {
            Self::Card(card) => card.fingerprint(),
            Self::Keys(keys) => keys.fingerprint(),
        }
    }
}

impl Keys {
    pub(super) fn of(
        name: &str,
        organisation: &str,
        ssh_line: &str,
        recipients: &[Recipient],
    ) -> Result<Self> {
        let of_kind = |kind| {
            let mut found = recipients.iter().filter(move |recipient| recipient.kind() == kind);
            match (found.next().cloned(), found.next()) {
                (one, None) => Ok(one),
                _ => Err(Code::AgeRecipients),
            }
        };
        let (hybrid, classic) = (of_kind(Kind::Hybrid)?, of_kind(Kind::X25519)?);
        if hybrid.is_none() && classic.is_none() {
            return Err(Code::AgeRecipients.into());
        }
        let ssh = ssh_key::parse_line(ssh_line)?;
        Ok(Self { name: name.to_owned(), organisation: organisation.to_owned(), ssh, hybrid, classic })
    }

    pub(super) fn fingerprint(&self) -> Fingerprint {
        let (hybrid, classic) = (self.hybrid.as_ref(), self.classic.as_ref());
        let bytes = Recipient::as_bytes;
        Fingerprint::of_keys(&self.ssh.to_bytes(), hybrid.map(bytes), classic.map(bytes))
    }
}

/// Without names.
impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.fingerprint())
    }
}
