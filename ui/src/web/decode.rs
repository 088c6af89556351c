//! Pictures, decoded by the browser, off the thread that paints. Its canvas keeps colours multiplied by their
//! transparency, so that nothing may shine through what is to come back without loss.

use std::sync::Arc;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, ContextAttributes2d, ImageBitmap, ImageBitmapOptions, OffscreenCanvas,
    OffscreenCanvasRenderingContext2d, PremultiplyAlpha,
};

/// Four bytes a pixel of a PNG or JPEG, as the door's pixels hold them.
pub async fn rgba_from_picture(picture: &[u8]) -> Result<Arc<[u8]>, JsValue> {
    let window = web_sys::window().ok_or("there is no window")?;
    let blob = Blob::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(picture)))?;
    let options = ImageBitmapOptions::new();
    options.set_premultiply_alpha(PremultiplyAlpha::None);
    let decoding = window.create_image_bitmap_with_blob_and_image_bitmap_options(&blob, &options)?;
    let bitmap: ImageBitmap = JsFuture::from(decoding).await?.dyn_into()?;
    let canvas = OffscreenCanvas::new(bitmap.width(), bitmap.height())?;
    let attributes = ContextAttributes2d::new();
    attributes.set_will_read_frequently(true);
    let context = canvas.get_context_with_context_options("2d", &attributes)?.ok_or("there is no canvas")?;
    let context: OffscreenCanvasRenderingContext2d = context.dyn_into()?;
    context.draw_image_with_image_bitmap(&bitmap, 0.0, 0.0)?;
    let (width, height) = (f64::from(bitmap.width()), f64::from(bitmap.height()));
    let pixels = context.get_image_data(0.0, 0.0, width, height)?.data();
    bitmap.close();
    Ok(pixels.0.into())
}
