//! RIFF WAVE files, as far as sheets need them (Multimedia Programming Interface and Data Specifications 1.0, 1991).

use std::io::{self, Read, Seek, SeekFrom};

/// Where the samples of a file of CD sound lie: offset and length in bytes.
///
/// # Errors
/// The file's; `Ok(None)` when it is no WAVE file, or not of CD sound.
pub(super) fn samples(file: &mut (impl Read + Seek)) -> io::Result<Option<(u64, u64)>> {
    let end = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(0))?;
    let Some(head) = take::<12>(file)? else { return Ok(None) };
    if !head.starts_with(b"RIFF") || !head.ends_with(b"WAVE") {
        return Ok(None);
    }
    let mut at = 12_u64;
    let mut is_cd_sound = false;
    // Chunks rise, so that the file's end is reached.
    while let Some([a, b, c, d, length @ ..]) = take::<8>(file)? {
        let length = u64::from(u32::from_le_bytes(length));
        at += 8;
        match &[a, b, c, d] {
            b"fmt " => is_cd_sound = take::<16>(file)?.is_some_and(|format| is_format(&format)),
            b"data" if is_cd_sound => return Ok(Some((at, length.min(end.saturating_sub(at))))),
            b"data" => return Ok(None),
            _ => {}
        }
        at = at.saturating_add(length).saturating_add(length % 2);
        if at >= end {
            break;
        }
        file.seek(SeekFrom::Start(at))?;
    }
    Ok(None)
}

/// PCM (1) or extensible (FFFEh), two channels, 44100 Hz, four bytes a sample, 16 bits.
fn is_format(format: &[u8; 16]) -> bool {
    let [tag @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _] = format;
    let rest = format.get(2..).unwrap_or_default();
    let rates = [2, 0, 0x44, 0xAC, 0, 0];
    matches!(tag, [1, 0] | [0xFE, 0xFF]) && rest.starts_with(&rates) && rest.ends_with(&[4, 0, 16, 0])
}

fn take<const N: usize>(file: &mut impl Read) -> io::Result<Option<[u8; N]>> {
    let mut bytes = [0; N];
    match file.read_exact(&mut bytes) {
        Ok(()) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn file(rate: u32, chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let mut format = vec![1, 0, 2, 0];
        format.extend(rate.to_le_bytes());
        format.extend((rate * 4).to_le_bytes());
        format.extend([4, 0, 16, 0]);
        let mut bytes = b"RIFF\0\0\0\0WAVE".to_vec();
        for (name, data) in [(b"fmt ", format.as_slice())].iter().chain(chunks) {
            bytes.extend(*name);
            bytes.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
            bytes.extend(*data);
            bytes.resize(bytes.len() + data.len() % 2, 0);
        }
        bytes
    }

    #[test]
    fn samples_are_found_behind_other_chunks() {
        let whole = file(44_100, &[(b"LIST", b"odd"), (b"data", b"12345678")]);
        assert_eq!(samples(&mut Cursor::new(whole.clone())).unwrap(), Some((56, 8)));
        // A length that claims more than there is counts to the end of the file.
        assert_eq!(samples(&mut Cursor::new(&whole[..60])).unwrap(), Some((56, 4)));
        for cut in 0..56 {
            assert_eq!(samples(&mut Cursor::new(&whole[..cut])).unwrap(), None, "{cut}");
        }
        assert_eq!(samples(&mut Cursor::new(file(48_000, &[(b"data", b"1234")]))).unwrap(), None);
        assert_eq!(samples(&mut Cursor::new(file(44_100, &[]))).unwrap(), None);
    }
}
