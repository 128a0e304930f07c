// What a front end writes with the declarations: compiled, never run.
import type {
  Image2Video,
  KlingCallback,
  KlingRequest,
  KlingRoute,
  KlingServiceCode,
  MultiImage2Image,
  OmniVideo,
  Reply,
} from "../../../kling-schema/schemas/kling";

type Name = keyof KlingRequest;

/** A path takes its own body only. */
declare function submit<K extends Name>(path: KlingRoute[K], body: KlingRequest[K]): Promise<Reply>;

export async function send(): Promise<string> {
  const reply = await submit<"omni-video">("/kling/v1/videos/omni-video", { prompt: "A cat yawns." });
  // An error has no data.
  return reply.data?.task_id ?? reply.message;
}

// @ts-expect-error a body of another route
submit<"omni-video">("/kling/v1/videos/omni-video", { image: "https://cdn.klingai-assets.net/cat.jpg" });
// @ts-expect-error a path of another route
submit<"omni-video">("/kling/v1/videos/image2video", { prompt: "A cat yawns." });

// A model that no page knows yet is a warning of the linter, so it compiles.
export const newer: Image2Video = { image: "aGk=", model_name: "kling-v9" };
// @ts-expect-error a closed set
export const closed: MultiImage2Image = { subject_image_list: [], model_name: "kling-v9" };
// @ts-expect-error a misspelt key
export const misspelt: Image2Video = { image: "aGk=", promt: "A cat yawns." };
// @ts-expect-error no null
export const none: Image2Video = { image: "aGk=", prompt: null };
// @ts-expect-error a number where the page wants a string
export const seconds: OmniVideo = { prompt: "A cat yawns.", duration: 5 };
// @ts-expect-error an item without its image
export const item: KlingRequest["multi-image2video"]["image_list"] = [{}];

// A key of Kling's own, on purpose.
interface WithSound extends Image2Video {
  sound?: "on" | "off";
}
export const sound: WithSound = { image: "aGk=", sound: "on" };

// Lists are built, so they are arrays and no tuples.
export const list: OmniVideo["image_list"] = ["a", "b"].map((image_url) => ({ image_url }));

export function follow(task: KlingCallback): string | undefined {
  switch (task.task_status) {
    case "succeed":
      return task.task_result?.videos?.[0]?.url ?? task.task_result?.images?.[0]?.url;
    case "failed":
      throw new Error(task.task_status_msg);
    case "a word that no page lists":
      return undefined;
    default:
      return undefined;
  }
}

export const rateLimits: KlingServiceCode[] = [1302, 1303];
