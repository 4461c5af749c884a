//! Enums that stand here with the variants of the library's.

/// An enum of the same variants, with the conversions both ways. The library may come to know more:
/// what is not known here is refused with `field`.
macro_rules! mirror {
    ($(#[$about:meta])* $name:ident = $core:path { $($(#[$value:meta])* $variant:ident,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
        pub enum $name { $($(#[$value])* $variant,)+ }

        impl From<$name> for $core {
            fn from(own: $name) -> Self {
                match own { $($name::$variant => Self::$variant,)+ }
            }
        }

        impl TryFrom<$core> for $name {
            type Error = privity::Error;

            #[allow(unreachable_patterns)] // Where the library's is exhaustive.
            fn try_from(core: $core) -> privity::Result<Self> {
                match core {
                    $(<$core>::$variant => Ok(Self::$variant),)+
                    _ => Err(privity::Code::Field.into()),
                }
            }
        }
    };
}
pub(crate) use mirror;
