import "server-only";
import type { RequestView } from "@/lib/access/answer-schema";
import { recordingRefusals } from "@/lib/access/record-refusal";
import { viewRequest } from "@/lib/access/request-view";
import type { Context } from "@/lib/context";

/** One request with its timeline, for its requester and for reviewers. */
export function getRequest(cx: Context, id: string): Promise<RequestView> {
  return recordingRefusals(cx, { action: "request.read", requestId: id }, () => viewRequest(cx, id));
}
