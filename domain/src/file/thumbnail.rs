//! Thumbnails of pictures. They are decoded and encoded again, so that none of the original bytes reach a page.

use std::io::Cursor;

use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits, Rgb, RgbImage};
use protocol::limits::{PICTURE_PIXELS, THUMBNAIL_PIXELS};

/// The JPEG quality of thumbnails, out of 100.
const QUALITY: u8 = 82;

/// A thumbnail, with the dimensions of the original.
pub(super) struct Thumbnail {
    pub(super) content: Bytes,
    /// The width of the original, in pixels.
    pub(super) width: u32,
    /// The height of the original, in pixels.
    pub(super) height: u32,
}

/// Makes a thumbnail. Returns `None` if the picture can't be decoded or has more than [`PICTURE_PIXELS`].
/// CPU-bound: call it where blocking is allowed.
pub(super) fn of(picture: &[u8]) -> Option<Thumbnail> {
    let mut reader = ImageReader::new(Cursor::new(picture)).with_guessed_format().ok()?;
    let mut limits = Limits::default();
    // Decoders need a few bytes per pixel. One that asks for more is being tricked.
    limits.max_alloc = Some(PICTURE_PIXELS * 8);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PICTURE_PIXELS {
        return None;
    }
    // Cameras store the orientation instead of turning the picture.
    let orientation = decoder.orientation().ok()?;
    let whole = DynamicImage::from_decoder(decoder).ok()?;
    let mut small = if width.max(height) > THUMBNAIL_PIXELS {
        whole.thumbnail(THUMBNAIL_PIXELS, THUMBNAIL_PIXELS)
    } else {
        whole
    };
    let was_wide = small.width() > small.height();
    small.apply_orientation(orientation);
    let is_turned = was_wide != (small.width() > small.height());
    let (width, height) = if is_turned { (height, width) } else { (width, height) };
    let mut content = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut content, QUALITY);
    on_white(small).write_with_encoder(encoder).ok()?;
    Some(Thumbnail { content: content.into(), width, height })
}

/// Puts transparent pictures on a white background, since JPEG has no transparency.
fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let picture = picture.to_rgba8();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [red, green, blue, alpha] = picture.get_pixel(x, y).0;
        let over = |value: u8| {
            let (value, alpha) = (u16::from(value), u16::from(alpha));
            ((value * alpha + 255 * (255 - alpha)) / 255) as u8
        };
        Rgb([over(red), over(green), over(blue)])
    })
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, Rgba, RgbaImage};

    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut content = Vec::new();
        let picture = DynamicImage::new_rgb8(width, height);
        picture.write_to(&mut Cursor::new(&mut content), ImageFormat::Png).unwrap();
        content
    }

    #[test]
    fn a_picture_becomes_small_and_is_written_anew() {
        let made = of(&png(1_600, 800)).unwrap();
        assert_eq!((made.width, made.height), (1_600, 800));
        let small = image::load_from_memory(&made.content).unwrap();
        assert_eq!((small.width(), small.height()), (THUMBNAIL_PIXELS, THUMBNAIL_PIXELS / 2));
    }

    #[test]
    fn what_can_be_seen_through_is_put_on_white() {
        let clear = DynamicImage::from(RgbaImage::from_pixel(4, 4, Rgba([9, 9, 9, 0])));
        assert_eq!(on_white(clear).get_pixel(0, 0), &Rgb([255, 255, 255]));
    }

    #[test]
    fn what_is_no_picture_or_too_large_gets_none() {
        assert!(of(b"\x89PNG\r\n\x1a\nnothing of a picture").is_none());
        let mut cut = png(40, 40);
        cut.truncate(cut.len() / 2);
        assert!(of(&cut).is_none());
        // A few bytes that claim to be 60,000 pixels wide and high. Only the header is read.
        let mut bomb = png(1, 1);
        bomb[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
        bomb[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
        assert!(of(&bomb).is_none());
    }
}
