import "server-only";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import { viewRequest } from "@/lib/access/requests/request-view";
import type { Context } from "@/lib/context/context";

/** Returns one request with its timeline, for its requester and for reviewers. */
export function getRequest(cx: Context, id: string): Promise<RequestView> {
  return viewRequest(cx, id);
}
