//! What stands in the fields of bodies: each type is read and written in one way and checks its own
//! range.

use std::num::{NonZeroU32, NonZeroU64};

use crate::clock::Timestamp;
use crate::codec::cbor::{Fields, Reader, Writer};
use crate::crypto::profile::{Padding, Profile};
use crate::error::{Code, Result};
use crate::id::{
    ChainId, DeviceId, DocumentId, FirmId, Hash, HoldId, Id as _, MatterId, PrincipalId, ShareId, TeamId,
    UserId,
};

/// One CBOR item.
pub(crate) trait Value: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// `field`; `profile` for the number of a profile.
    fn read(reader: &mut Reader<'_>) -> Result<Self>;
    /// Writes it.
    fn write(&self, writer: &mut Writer);
}

/// A field of a map: always there, or, as an `Option`, sometimes.
pub(crate) trait Slot: Sized {
    fn read(reader: &mut Reader<'_>, fields: &mut Fields, key: u64) -> Result<Self>;
    fn write(&self, writer: &mut Writer, key: u64);
    fn is_present(&self) -> bool;
}

/// A list in strictly ascending order of its items' keys, of `MIN` to `MAX` items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<T, const MIN: usize, const MAX: usize>(Vec<T>);

/// What a [`List`] holds.
pub(crate) trait Item: Value {
    /// What it is in order of.
    type Key: Ord;
    /// Its key.
    fn key(&self) -> Self::Key;
}

#[allow(private_bounds)] // What may stand in a list, the format says.
impl<T: Item, const MIN: usize, const MAX: usize> List<T, MIN, MAX> {
    /// Puts the items in order.
    ///
    /// # Errors
    /// `field` if one stands twice, or there are too few or too many.
    pub fn new(mut items: Vec<T>) -> Result<Self> {
        items.sort_by_key(Item::key);
        let list = Self(items);
        if list.is_good() { Ok(list) } else { Err(Code::Field.into()) }
    }

    /// The items, in order.
    #[must_use]
    pub fn items(&self) -> &[T] {
        &self.0
    }

    fn is_good(&self) -> bool {
        let ascending = self.0.iter().zip(self.0.iter().skip(1)).all(|(one, next)| one.key() < next.key());
        ascending && (MIN..=MAX).contains(&self.0.len())
    }
}

impl<T: Item, const MIN: usize, const MAX: usize> Value for List<T, MIN, MAX> {
    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let count = usize::try_from(reader.array()?).map_err(|_| Code::Field)?;
        if !(MIN..=MAX).contains(&count) {
            return Err(Code::Field.into());
        }
        let list = Self((0..count).map(|_| T::read(reader)).collect::<Result<_>>()?);
        if list.is_good() { Ok(list) } else { Err(Code::Field.into()) }
    }

    fn write(&self, writer: &mut Writer) {
        writer.array(self.0.len());
        self.0.iter().for_each(|item| item.write(writer));
    }
}

impl<T: Value> Slot for T {
    fn read(reader: &mut Reader<'_>, fields: &mut Fields, key: u64) -> Result<Self> {
        reader.field(fields, key)?;
        T::read(reader)
    }

    fn write(&self, writer: &mut Writer, key: u64) {
        writer.unsigned(key);
        T::write(self, writer);
    }

    fn is_present(&self) -> bool {
        true
    }
}

impl<T: Value> Slot for Option<T> {
    fn read(reader: &mut Reader<'_>, fields: &mut Fields, key: u64) -> Result<Self> {
        if reader.optional(fields, key)? { T::read(reader).map(Some) } else { Ok(None) }
    }

    fn write(&self, writer: &mut Writer, key: u64) {
        if let Some(value) = self {
            writer.unsigned(key);
            value.write(writer);
        }
    }

    fn is_present(&self) -> bool {
        self.is_some()
    }
}

/// A struct that is a CBOR map: its fields with their keys, ascending.
macro_rules! map {
    ($(#[$about:meta])* $name:ident { $($(#[$field_about:meta])* $key:literal $field:ident: $type:ty,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name { $($(#[$field_about])* pub $field: $type,)+ }

        impl $crate::audit::body::Value for $name {
            fn read(reader: &mut $crate::codec::cbor::Reader<'_>) -> $crate::error::Result<Self> {
                let mut fields = reader.map()?;
                let map = Self {
                    $($field: $crate::audit::body::Slot::read(reader, &mut fields, $key)?,)+
                };
                reader.end(fields)?;
                Ok(map)
            }

            fn write(&self, writer: &mut $crate::codec::cbor::Writer) {
                use $crate::audit::body::Slot;
                writer.map([$(Slot::is_present(&self.$field),)+].into_iter().filter(|there| *there).count());
                $(Slot::write(&self.$field, writer, $key);)+
            }
        }
    };
}
pub(super) use map;

/// A number that has names.
macro_rules! numbered {
    ($(#[$about:meta])* $name:ident { $($(#[$value_about:meta])* $variant:ident = $number:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name { $($(#[$value_about])* $variant = $number,)+ }

        impl $name {
            /// Every one there is.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// Its number.
            #[must_use]
            pub const fn number(self) -> u64 {
                match self { $($name::$variant => $number,)+ }
            }

            /// The one with this number.
            ///
            /// # Errors
            /// `field` for any other number.
            pub fn from_number(number: u64) -> $crate::error::Result<Self> {
                match number {
                    $($number => Ok($name::$variant),)+
                    _ => Err($crate::error::Code::Field.into()),
                }
            }
        }

        impl $crate::audit::body::Value for $name {
            fn read(reader: &mut $crate::codec::cbor::Reader<'_>) -> $crate::error::Result<Self> {
                Self::from_number(reader.unsigned()?)
            }

            fn write(&self, writer: &mut $crate::codec::cbor::Writer) {
                writer.unsigned(self.number());
            }
        }

        impl $crate::audit::body::field::Item for $name {
            type Key = Self;

            fn key(&self) -> Self {
                *self
            }
        }
    };
}
pub(super) use numbered;

macro_rules! ids {
    ($($id:ty)+) => {
        $(impl Value for $id {
            fn read(reader: &mut Reader<'_>) -> Result<Self> {
                reader.fixed().map(Self::of)
            }

            fn write(&self, writer: &mut Writer) {
                writer.bytes(self.bytes());
            }
        }

        impl Item for $id {
            type Key = Self;

            fn key(&self) -> Self {
                *self
            }
        })+
    };
}

ids! { ChainId DeviceId DocumentId FirmId HoldId MatterId PrincipalId ShareId TeamId UserId }

impl<const N: usize> Value for [u8; N] {
    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        reader.fixed()
    }

    fn write(&self, writer: &mut Writer) {
        writer.bytes(self);
    }
}

impl<const N: usize> Value for Box<[u8; N]> {
    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        reader.fixed().map(Box::new)
    }

    fn write(&self, writer: &mut Writer) {
        writer.bytes(self.as_slice());
    }
}

impl Value for Hash {
    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        reader.fixed().map(Hash)
    }

    fn write(&self, writer: &mut Writer) {
        writer.bytes(&self.0);
    }
}

impl Value for Timestamp {
    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        Ok(Self::from_micros(reader.unsigned()?).ok_or(Code::Field)?)
    }

    fn write(&self, writer: &mut Writer) {
        writer.unsigned(self.micros());
    }
}

/// 0 or 1.
impl Value for bool {
    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        match reader.unsigned()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Code::Field.into()),
        }
    }

    fn write(&self, writer: &mut Writer) {
        writer.unsigned(u64::from(*self));
    }
}

impl Value for u64 {
    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        reader.unsigned()
    }

    fn write(&self, writer: &mut Writer) {
        writer.unsigned(*self);
    }
}

/// Epochs, generations: counted from 1.
impl Value for NonZeroU64 {
    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        Ok(Self::new(reader.unsigned()?).ok_or(Code::Field)?)
    }

    fn write(&self, writer: &mut Writer) {
        writer.unsigned(self.get());
    }
}

/// Versions: from 1, below 2^32.
impl Value for NonZeroU32 {
    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        Ok(Self::new(reader.small()?).ok_or(Code::Field)?)
    }

    fn write(&self, writer: &mut Writer) {
        writer.unsigned(self.get().into());
    }
}

impl Value for Padding {
    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        Padding::from_number(reader.unsigned()?)
    }

    fn write(&self, writer: &mut Writer) {
        writer.unsigned(self.number());
    }
}

impl Item for Profile {
    type Key = Self;

    fn key(&self) -> Self {
        *self
    }
}

impl Value for Profile {
    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        Profile::from_number(reader.unsigned()?)
    }

    fn write(&self, writer: &mut Writer) {
        writer.unsigned(self.number().into());
    }
}
