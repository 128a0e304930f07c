//! The request contract once more, written from the facts sheet alone and by hand: what the linter
//! has to say of a body. An independent witness; it shares nothing with the table.
//!
//! Left out, because tests of their own state it: malformed reference tokens, near misses of keys,
//! inline media, local paths, hosts and suffixes of URLs.

use serde_json::{Map, Value};

const ERROR: &str = "error";
const WARNING: &str = "warning";
const INFO: &str = "info";

/// The findings expected of a body, as [`crate::verdict`] writes them.
pub fn expected(endpoint: &str, body: &Value) -> Vec<String> {
    let mut oracle = Oracle { told: Vec::new() };
    match body.as_object() {
        None => oracle.say("KL0102", ERROR, ""),
        Some(body) => match endpoint {
            "image2video" => oracle.image2video(body),
            "multi-image2video" => oracle.multi_image2video(body),
            "multi-image2image" => oracle.multi_image2image(body),
            "omni-video" => oracle.omni_video(body),
            other => panic!("{other} is no endpoint"),
        },
    }
    oracle.told.sort();
    oracle.told
}

type Body = Map<String, Value>;

struct Oracle {
    told: Vec<String>,
}

/// Whether a key of an object must be there, and how bad it is when it is not.
type Need = Option<&'static str>;

const OPTIONAL: Need = None;
const REQUIRED: Need = Some(ERROR);
const EXPECTED: Need = Some(WARNING);

/// Neither absent, `null` nor empty.
fn sent<'v>(body: &'v Body, key: &str) -> Option<&'v Value> {
    body.get(key).filter(|value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => true,
    })
}

fn items<'v>(body: &'v Body, key: &str) -> &'v [Value] {
    match body.get(key) {
        Some(Value::Array(items)) => items,
        // A lone object stands for a list of one.
        Some(value @ Value::Object(_)) => std::slice::from_ref(value),
        _ => &[],
    }
}

fn is_url(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let host = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    host.is_some_and(|host| host.starts_with(|first: char| first.is_ascii_alphanumeric()))
}

fn is_whole(value: &Value) -> bool {
    value.as_f64().is_some_and(|number| number.fract() == 0.0)
}

impl Oracle {
    fn say(&mut self, rule: &str, severity: &str, pointer: &str) {
        self.told.push(format!("{rule} {severity} {pointer}"));
    }

    /// The value of a key, unless it is absent or `null`: that is dealt with.
    fn value<'v>(
        &mut self,
        body: &'v Body,
        at: &str,
        key: &str,
        need: Need,
    ) -> Option<(&'v Value, String)> {
        let pointer = format!("{at}/{key}");
        match (body.get(key), need) {
            (None, Some(severity)) => self.say("KL1001", severity, at),
            (None, None) => {}
            (Some(Value::Null), Some(severity)) => self.say("KL1001", severity, &pointer),
            (Some(Value::Null), None) => self.say("KL1003", WARNING, &pointer),
            (Some(value), _) => return Some((value, pointer)),
        }
        None
    }

    /// The text of a key; another type is an error.
    fn string<'v>(
        &mut self,
        body: &'v Body,
        at: &str,
        key: &str,
        need: Need,
        shape: &str,
    ) -> Option<(&'v str, String)> {
        let (value, pointer) = self.value(body, at, key, need)?;
        match value.as_str() {
            Some(text) => Some((text, pointer)),
            None => {
                self.say("KL1002", shape, &pointer);
                None
            }
        }
    }

    fn prose(&mut self, body: &Body, key: &str, need: Need, most: usize) {
        let Some((text, pointer)) = self.string(body, "", key, need, ERROR) else { return };
        if let (true, Some(severity)) = (text.is_empty(), need) {
            self.say("KL1001", severity, &pointer);
        } else if need.is_some() && text.trim().is_empty() {
            self.say("KL2008", WARNING, &pointer);
        }
        if text.chars().count() > most {
            self.say("KL2001", ERROR, &pointer);
        } else if text.encode_utf16().count() > most {
            self.say("KL2009", WARNING, &pointer);
        }
    }

    fn choice(&mut self, body: &Body, at: &str, key: &str, need: Need, values: &[&str]) {
        let Some((text, pointer)) = self.string(body, at, key, need, ERROR) else { return };
        if text.is_empty() && need.is_none() {
            self.say("KL2007", WARNING, &pointer);
        } else if !values.contains(&text) {
            self.say("KL2003", ERROR, &pointer);
        }
    }

    fn model(&mut self, body: &Body, need: Need, known: &[&str], milder: &[&str]) {
        let Some((text, pointer)) = self.string(body, "", "model_name", need, ERROR) else {
            return;
        };
        if text.is_empty() {
            self.say("KL2007", WARNING, &pointer);
        } else if milder.contains(&text) {
            self.say("KL6001", INFO, &pointer);
        } else if !known.contains(&text) {
            self.say("KL6001", WARNING, &pointer);
        }
    }

    fn media(&mut self, body: &Body, at: &str, key: &str, need: Need, shape: &str, form: &str) {
        let Some((text, pointer)) = self.string(body, at, key, need, shape) else { return };
        match need {
            _ if !text.is_empty() => self.source(text, form, &pointer),
            Some(severity) => self.say("KL1001", severity, &pointer),
            None => self.say("KL2007", WARNING, &pointer),
        }
    }

    fn source(&mut self, text: &str, form: &str, pointer: &str) {
        if !is_url(text) {
            self.say(crate::NO_SOURCE, form, pointer);
        }
    }

    fn cfg_scale(&mut self, body: &Body) {
        let Some((value, pointer)) = self.value(body, "", "cfg_scale", OPTIONAL) else { return };
        match value.as_f64() {
            None => self.say("KL1002", ERROR, &pointer),
            Some(number) if !(0.0..=1.0).contains(&number) => self.say("KL2004", ERROR, &pointer),
            Some(_) => {}
        }
    }

    fn tail(&mut self, body: &Body) {
        if let Some((text, pointer)) = self.string(body, "", "callback_url", OPTIONAL, ERROR)
            && !text.is_empty()
            && !is_url(text)
        {
            self.say("KL2010", WARNING, &pointer);
        }
        self.string(body, "", "external_task_id", OPTIONAL, ERROR);
    }

    /// A list of objects; the items that are.
    fn list<'v>(
        &mut self,
        body: &'v Body,
        key: &str,
        need: Need,
        count: std::ops::RangeInclusive<usize>,
    ) -> Vec<(&'v Value, String)> {
        let Some((value, pointer)) = self.value(body, "", key, need) else { return Vec::new() };
        let Some(items) = value.as_array() else {
            self.say("KL1002", ERROR, &pointer);
            return Vec::new();
        };
        if items.len() < *count.start() {
            self.say("KL2005", ERROR, &pointer);
        }
        if items.len() > *count.end() {
            self.say("KL2006", ERROR, &pointer);
        }
        let items = items.iter().enumerate();
        items.map(|(index, item)| (item, format!("{pointer}/{index}"))).collect()
    }

    fn item<'v>(&mut self, item: &'v Value, at: &str, shape: &str) -> Option<&'v Body> {
        if !item.is_object() {
            self.say("KL1002", shape, at);
        }
        item.as_object()
    }

    /// Keys that the page does not list.
    fn keys(&mut self, body: &Body, at: &str, listed: &[&str], upstream: &[&str]) {
        let top = at.is_empty();
        for key in body.keys().filter(|key| !listed.contains(&key.as_str())) {
            let (rule, severity) = match key.as_str() {
                "$schema" if top => ("KL1010", INFO),
                "model" if top => ("KL1009", WARNING),
                key if upstream.contains(&key) => ("KL1006", INFO),
                _ => ("KL1004", WARNING),
            };
            self.say(rule, severity, &format!("{at}/{key}"));
        }
    }

    fn masks(&mut self, body: &Body) {
        self.media(body, "", "static_mask", OPTIONAL, ERROR, ERROR);
        let Some((value, pointer)) = self.value(body, "", "dynamic_masks", OPTIONAL) else {
            return;
        };
        match value {
            Value::Array(groups) => {
                if groups.len() > 6 {
                    self.say("KL2006", ERROR, &pointer);
                }
                for (index, group) in groups.iter().enumerate() {
                    self.group(group, &format!("{pointer}/{index}"));
                }
            }
            Value::Object(_) => {
                self.say("KL1011", INFO, &pointer);
                self.group(value, &pointer);
            }
            _ => self.say("KL1002", ERROR, &pointer),
        }
    }

    fn group(&mut self, group: &Value, at: &str) {
        let Some(group) = self.item(group, at, WARNING) else { return };
        self.keys(group, at, &["mask", "trajectories"], &[]);
        self.media(group, at, "mask", EXPECTED, WARNING, WARNING);
        let Some((value, at)) = self.value(group, at, "trajectories", EXPECTED) else { return };
        let Some(points) = value.as_array() else { return self.say("KL1002", WARNING, &at) };
        if points.len() < 2 {
            self.say("KL2005", WARNING, &at);
        }
        if points.len() > 77 {
            self.say("KL2006", WARNING, &at);
        }
        for (index, point) in points.iter().enumerate() {
            let at = format!("{at}/{index}");
            let Some(point) = self.item(point, &at, WARNING) else { continue };
            self.keys(point, &at, &["x", "y"], &[]);
            for axis in ["x", "y"] {
                if let Some((value, at)) = self.value(point, &at, axis, EXPECTED)
                    && !is_whole(value)
                {
                    self.say("KL1002", WARNING, &at);
                }
            }
        }
    }

    fn image2video(&mut self, body: &Body) {
        self.keys(
            body,
            "",
            &[
                "image",
                "image_tail",
                "model_name",
                "prompt",
                "negative_prompt",
                "mode",
                "duration",
                "cfg_scale",
                "static_mask",
                "dynamic_masks",
                "callback_url",
                "external_task_id",
            ],
            &[
                "sound",
                "voice_list",
                "camera_control",
                "multi_shot",
                "shot_type",
                "multi_prompt",
                "element_list",
                "watermark_info",
            ],
        );
        self.media(body, "", "image", REQUIRED, ERROR, ERROR);
        self.media(body, "", "image_tail", OPTIONAL, ERROR, ERROR);
        self.model(body, OPTIONAL, IMAGE2VIDEO_MODELS, &[]);
        self.prose(body, "prompt", OPTIONAL, 500);
        self.prose(body, "negative_prompt", OPTIONAL, 200);
        self.choice(body, "", "mode", OPTIONAL, &["std", "pro"]);
        self.choice(body, "", "duration", OPTIONAL, &["5", "10"]);
        self.cfg_scale(body);
        self.masks(body);
        self.tail(body);
        let masks = ["static_mask", "dynamic_masks"];
        let groups: [&[&str]; 3] = [&["image_tail"], &masks, &["camera_control"]];
        let used: Vec<&str> = groups
            .iter()
            .filter_map(|keys| keys.iter().find(|key| sent(body, key).is_some()).copied())
            .collect();
        if let [_, .., last] = used.as_slice() {
            self.say("KL3002", WARNING, &format!("/{last}"));
        }
        // Kling's own defaults; what is no known value says nothing.
        let axis = |key: &str, default: &'static str, known: &[&str]| match sent(body, key) {
            None => Some(default.to_owned()),
            Some(value) => {
                value.as_str().filter(|text| known.contains(text)).map(ToOwned::to_owned)
            }
        };
        let Some(model) = axis("model_name", "kling-v1", IMAGE2VIDEO_MODELS) else { return };
        let model = model.trim_start_matches("kling-");
        if ["v2-master", "v2-1", "v2-1-master", "v2-5-turbo", "v2-6"].contains(&model)
            && sent(body, "cfg_scale").is_some()
        {
            self.say("KL6003", WARNING, "/cfg_scale");
        }
        // Of a mode or duration that is no known value, any may be meant.
        let any = |key: &str, default: &'static str, known: &[&str]| match axis(key, default, known)
        {
            Some(value) => vec![value],
            None => known.iter().map(|value| (*value).to_owned()).collect(),
        };
        let (modes, durations) =
            (any("mode", "std", &["std", "pro"]), any("duration", "5", &["5", "10"]));
        let taken = |takes: &dyn Fn(&str, &str) -> bool| {
            modes.iter().any(|mode| durations.iter().any(|duration| takes(mode, duration)))
        };
        let takes_tail = taken(&|mode, duration| match model {
            "v1" => duration == "5",
            "v2-master" | "v2-1-master" => false,
            "v3" => true,
            _ => mode == "pro",
        });
        if !takes_tail && sent(body, "image_tail").is_some() {
            self.say("KL6002", WARNING, "/image_tail");
        }
        let takes_masks = taken(&|mode, duration| match model {
            "v1" => duration == "5",
            "v1-5" => mode == "pro" && duration == "5",
            _ => false,
        });
        for key in masks.iter().filter(|key| !takes_masks && sent(body, key).is_some()) {
            self.say("KL6002", WARNING, &format!("/{key}"));
        }
    }

    fn multi_image2video(&mut self, body: &Body) {
        self.keys(
            body,
            "",
            &[
                "image_list",
                "prompt",
                "model_name",
                "duration",
                "negative_prompt",
                "mode",
                "cfg_scale",
                "static_mask",
                "dynamic_masks",
                "callback_url",
                "external_task_id",
            ],
            &[
                "aspect_ratio",
                "sound",
                "voice_list",
                "camera_control",
                "multi_shot",
                "shot_type",
                "multi_prompt",
                "element_list",
                "watermark_info",
            ],
        );
        for (item, at) in self.list(body, "image_list", REQUIRED, 2..=4) {
            let Some(item) = self.item(item, &at, ERROR) else { continue };
            self.keys(item, &at, &["image"], &[]);
            self.media(item, &at, "image", REQUIRED, ERROR, ERROR);
        }
        self.prose(body, "prompt", REQUIRED, 500);
        self.model(body, REQUIRED, &["kling-v1-6"], &[]);
        self.choice(body, "", "duration", REQUIRED, &["5", "10"]);
        self.prose(body, "negative_prompt", OPTIONAL, 200);
        self.choice(body, "", "mode", OPTIONAL, &["std", "pro"]);
        self.cfg_scale(body);
        self.masks(body);
        self.tail(body);
    }

    fn multi_image2image(&mut self, body: &Body) {
        let upstream = [
            "negative_prompt",
            "image",
            "image_reference",
            "image_fidelity",
            "human_fidelity",
            "resolution",
            "element_list",
            "watermark_info",
        ];
        self.keys(
            body,
            "",
            &[
                "subject_image_list",
                "model_name",
                "prompt",
                "scence_image",
                "scene_image",
                "style_image",
                "n",
                "aspect_ratio",
                "callback_url",
                "external_task_id",
            ],
            &upstream,
        );
        for (item, at) in self.list(body, "subject_image_list", REQUIRED, 2..=4) {
            let Some(item) = self.item(item, &at, ERROR) else { continue };
            self.keys(item, &at, &["subject_image"], &[]);
            self.media(item, &at, "subject_image", REQUIRED, ERROR, WARNING);
        }
        self.choice(body, "", "model_name", OPTIONAL, &["kling-v2"]);
        self.prose(body, "prompt", OPTIONAL, 2500);
        if body.contains_key("scene_image") {
            self.say("KL1008", WARNING, "/scene_image");
            if body.contains_key("scence_image") {
                self.say("KL1008", WARNING, "/scence_image");
            }
        }
        self.media(body, "", "scence_image", OPTIONAL, ERROR, WARNING);
        self.media(body, "", "style_image", OPTIONAL, ERROR, WARNING);
        if let Some((value, at)) = self.value(body, "", "n", OPTIONAL) {
            if !is_whole(value) {
                self.say("KL1002", ERROR, &at);
            } else if !value.as_f64().is_some_and(|n| (1.0..=9.0).contains(&n)) {
                self.say("KL2004", WARNING, &at);
            }
        }
        let ratios = ["16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9"];
        self.choice(body, "", "aspect_ratio", OPTIONAL, &ratios);
        self.tail(body);
    }

    fn omni_video(&mut self, body: &Body) {
        self.keys(
            body,
            "",
            &[
                "prompt",
                "model_name",
                "image_list",
                "element_list",
                "video_list",
                "mode",
                "aspect_ratio",
                "duration",
                "callback_url",
                "external_task_id",
            ],
            &[
                "negative_prompt",
                "sound",
                "voice_list",
                "camera_control",
                "multi_shot",
                "shot_type",
                "multi_prompt",
                "watermark_info",
            ],
        );
        self.prose(body, "prompt", REQUIRED, 2500);
        self.model(body, OPTIONAL, &["kling-video-o1"], &["kling-v3-omni"]);
        self.choice(body, "", "mode", OPTIONAL, &["std", "pro"]);
        self.choice(body, "", "aspect_ratio", OPTIONAL, &["16:9", "9:16", "1:1"]);
        self.tail(body);
        for (item, at) in self.list(body, "image_list", OPTIONAL, 0..=usize::MAX) {
            let Some(item) = self.item(item, &at, ERROR) else { continue };
            self.keys(item, &at, &["image_url", "type"], &[]);
            self.media(item, &at, "image_url", EXPECTED, ERROR, ERROR);
            self.choice(item, &at, "type", OPTIONAL, &["first_frame", "end_frame"]);
        }
        for (item, at) in self.list(body, "element_list", OPTIONAL, 0..=usize::MAX) {
            let Some(item) = self.item(item, &at, ERROR) else { continue };
            self.keys(item, &at, &["element_id"], &[]);
            let Some((id, at)) = self.value(item, &at, "element_id", OPTIONAL) else { continue };
            let digits = id.as_str().is_some_and(|text| {
                !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
            });
            if !digits && !is_whole(id) {
                self.say("KL2011", WARNING, &at);
            }
        }
        for (item, at) in self.list(body, "video_list", OPTIONAL, 0..=1) {
            if let Some(text) = item.as_str() {
                self.say("KL1011", INFO, &at);
                match text {
                    "" => self.say("KL1001", WARNING, &at),
                    text => self.source(text, WARNING, &at),
                }
                continue;
            }
            let Some(item) = self.item(item, &at, ERROR) else { continue };
            self.keys(item, &at, &["video_url", "refer_type", "keep_original_sound"], &[]);
            self.media(item, &at, "video_url", EXPECTED, WARNING, WARNING);
            self.choice(item, &at, "refer_type", OPTIONAL, &["feature", "base"]);
            self.choice(item, &at, "keep_original_sound", OPTIONAL, &["yes", "no"]);
        }
        self.omni_across(body);
        self.references(body);
    }

    fn omni_across(&mut self, body: &Body) {
        let images = items(body, "image_list");
        let elements = items(body, "element_list");
        let videos = items(body, "video_list");
        let cap = if sent(body, "video_list").is_some() { 4 } else { 7 };
        if images.len() + elements.len() > cap {
            let list = if elements.is_empty() { "/image_list" } else { "/element_list" };
            self.say("KL3001", ERROR, list);
        }
        let frame = |word: &str| images.iter().position(|image| image["type"] == word);
        let first = frame("first_frame");
        let at_type = |index: usize| match body.get("image_list") {
            Some(Value::Object(_)) => String::from("/image_list/type"),
            _ => format!("/image_list/{index}/type"),
        };
        let refers: Vec<&Value> =
            videos.iter().map(|video| video.get("refer_type").unwrap_or(&Value::Null)).collect();
        let base = refers.iter().any(|refer| *refer == "base");
        let feature = refers.iter().any(|refer| *refer == "feature");
        let unsaid = refers.iter().any(|refer| refer.is_null());
        let video = sent(body, "video_list").is_some();
        let other = sent(body, "element_list").is_some() || video;
        if first.is_none() && !video && sent(body, "aspect_ratio").is_none() {
            self.say("KL3007", INFO, "");
        }
        if let (Some(end), None) = (frame("end_frame"), first) {
            self.say("KL3003", WARNING, &at_type(end));
        }
        let one = sent(body, "model_name").is_none_or(|model| model == "kling-video-o1");
        for conflict in [base || unsaid, images.len() > 2 && one] {
            for (index, image) in images.iter().enumerate() {
                if conflict && image.as_object().is_some_and(|image| sent(image, "type").is_some())
                {
                    self.say("KL3005", WARNING, &at_type(index));
                }
            }
        }
        let Some((value, at)) = self.value(body, "", "duration", OPTIONAL) else { return };
        let Some(text) = value.as_str() else {
            self.say("KL1002", ERROR, &at);
            if video && (base || feature || unsaid) && sent(body, "duration").is_some() {
                self.say("KL3006", INFO, &at);
            }
            return;
        };
        if base {
            return self.say("KL3006", INFO, &at);
        }
        if text.is_empty() {
            return self.say("KL2007", WARNING, &at);
        }
        if !["3", "4", "5", "6", "7", "8", "9", "10"].contains(&text) {
            self.say("KL2003", ERROR, &at);
        } else if text != "5" && text != "10" {
            let nothing = sent(body, "image_list").is_none() && !other;
            match first {
                None if nothing => self.say("KL3004", ERROR, &at),
                None => {}
                Some(_) if images.len() == 1 && !other => self.say("KL3004", ERROR, &at),
                Some(_) => self.say("KL3004", WARNING, &at),
            }
        }
        if feature || unsaid {
            self.say("KL3006", INFO, &at);
        }
    }

    /// Well-formed tokens only.
    fn references(&mut self, body: &Body) {
        let prompt = body.get("prompt").and_then(Value::as_str).unwrap_or_default();
        let tokens: Vec<(&str, &str)> = prompt
            .split("<<<")
            .skip(1)
            .filter_map(|rest| rest.split_once(">>>")?.0.split_once('_'))
            .collect();
        for (kind, list) in
            [("image", "image_list"), ("element", "element_list"), ("video", "video_list")]
        {
            let items = items(body, list);
            let mut named = vec![false; items.len()];
            for (_, number) in tokens.iter().filter(|(word, _)| *word == kind) {
                let slot = number
                    .parse()
                    .ok()
                    .and_then(|number: usize| named.get_mut(number.checked_sub(1)?));
                match slot {
                    Some(slot) => *slot = true,
                    None => self.say("KL5001", WARNING, "/prompt"),
                }
            }
            for (index, item) in items.iter().enumerate() {
                let silent = match list {
                    "image_list" => item["type"] == "first_frame" || item["type"] == "end_frame",
                    "video_list" => {
                        let refer = item.get("refer_type").unwrap_or(&Value::Null);
                        refer.is_null() || refer == "base"
                    }
                    _ => false,
                };
                // `null` is no input.
                if !named[index] && !silent && !item.is_null() && body[list].is_array() {
                    self.say("KL5004", INFO, &format!("/{list}/{index}"));
                }
            }
        }
        for (word, _) in tokens {
            if ["voice", "object"].contains(&word) {
                self.say("KL5003", INFO, "/prompt");
            }
        }
    }
}

/// The models of image to video.
pub const IMAGE2VIDEO_MODELS: &[&str] = &[
    "kling-v1",
    "kling-v1-5",
    "kling-v1-6",
    "kling-v2-master",
    "kling-v2-1",
    "kling-v2-1-master",
    "kling-v2-5-turbo",
    "kling-v2-6",
    "kling-v3",
];
