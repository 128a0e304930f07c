//! Numbers, exactly as written.

/// A number. Its text is kept: nothing is lost to floating point.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Number<'d> {
    raw: &'d [u8],
}

impl<'d> Number<'d> {
    /// The text may be sloppy, as in `+1`, `.5`, `5.` or `007`: that was reported.
    #[inline]
    pub(super) fn new(raw: &'d [u8]) -> Self {
        Number { raw }
    }

    /// As written.
    pub(crate) fn text(self) -> &'d str {
        // The reader takes nothing else for a number.
        std::str::from_utf8(self.raw).unwrap_or_default()
    }

    /// The nearest double; infinite beyond its range.
    pub(crate) fn as_f64(self) -> f64 {
        self.text().parse().unwrap_or(f64::NAN)
    }

    /// Whether it has no fractional part: `1.0`, `1e2` and numbers of any size count.
    pub(crate) fn is_whole(self) -> bool {
        let plain = self.raw.iter().all(u8::is_ascii_digit);
        plain || self.parts().is_whole()
    }

    /// The exact value, if it is whole and fits.
    pub(crate) fn as_i64(self) -> Option<i64> {
        let parts = self.parts();
        if !parts.is_whole() {
            return None;
        }
        let mut value: i128 = 0;
        let shift = parts.exponent.saturating_add(parts.point);
        for index in 0..i64::try_from(parts.significant).ok()? {
            let digit = i128::from(parts.digit(index as usize));
            value = value.checked_mul(10)?.checked_add(digit)?;
        }
        if value == 0 {
            return Some(0);
        }
        for _ in parts.significant as i64..shift {
            value = value.checked_mul(10)?;
        }
        i64::try_from(if parts.negative { -value } else { value }).ok()
    }

    fn parts(self) -> Parts<'d> {
        let text = self.text();
        let negative = text.starts_with('-');
        let text = text.trim_start_matches(['-', '+']);
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let exponent = exponent.parse().unwrap_or(if exponent.starts_with('-') {
            i64::MIN / 4
        } else {
            i64::MAX / 4
        });
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let whole = whole.trim_start_matches('0');
        let fraction = fraction.trim_end_matches('0');
        let (whole_len, fraction_len) = (whole.len(), fraction.len());
        let significant = if fraction_len > 0 {
            whole_len + fraction_len
        } else {
            whole.trim_end_matches('0').len()
        };
        Parts {
            negative,
            whole: whole.as_bytes(),
            fraction: fraction.as_bytes(),
            significant,
            point: whole_len as i64,
            exponent,
        }
    }
}

/// The digits of a number without leading and trailing zeros, and where its point stands.
struct Parts<'d> {
    negative: bool,
    whole: &'d [u8],
    fraction: &'d [u8],
    /// How many digits there are up to the last that is not zero.
    significant: usize,
    /// How many of them stand before the point, as written.
    point: i64,
    exponent: i64,
}

impl Parts<'_> {
    fn is_whole(&self) -> bool {
        let last = i64::try_from(self.significant).unwrap_or(i64::MAX);
        let zero = self.whole.is_empty() && self.fraction.is_empty();
        zero || self.exponent.saturating_add(self.point) >= last
    }

    fn digit(&self, index: usize) -> u8 {
        let digit = self.whole.get(index).or_else(|| self.fraction.get(index - self.whole.len()));
        digit.map_or(0, |digit| digit - b'0')
    }
}

#[cfg(test)]
mod tests {
    use super::Number;

    #[test]
    fn whole_numbers_are_seen_through_their_spelling() {
        for text in [
            "0",
            "-0",
            "0.0",
            "1",
            "1.0",
            "1e2",
            "1.5e1",
            "150e-1",
            "10e-1",
            "18446744073709551616",
            "1e400",
            "0e99999999999999999999",
            "0.000e-5",
            "12.50e1",
            "1.0e0",
            "+1",
            "007",
            "5.",
        ] {
            assert!(Number::new(text.as_bytes()).is_whole(), "{text}");
        }
        for text in
            ["0.5", "1e-1", "15e-2", "1.01", "1e-99999999999999999999", "0.10", ".5", "1.25e1"]
        {
            assert!(!Number::new(text.as_bytes()).is_whole(), "{text}");
            assert_eq!(Number::new(text.as_bytes()).as_i64(), None, "{text}");
        }
    }

    #[test]
    fn integers_are_exact() {
        for (text, value) in [
            ("0", 0),
            ("-0.0", 0),
            ("0e99999999999999999999", 0),
            ("12.50e1", 125),
            ("1e2", 100),
            ("100", 100),
            ("100e-2", 1),
            ("0.001e3", 1),
            ("0.001e5", 100),
            ("-9223372036854775808", i64::MIN),
            ("9223372036854775807", i64::MAX),
            ("9007199254740993", 9_007_199_254_740_993),
        ] {
            assert_eq!(Number::new(text.as_bytes()).as_i64(), Some(value), "{text}");
        }
        for text in ["9223372036854775808", "1e19", "1e400", "-1e99999999999999999999"] {
            assert_eq!(Number::new(text.as_bytes()).as_i64(), None, "{text}");
        }
    }
}
