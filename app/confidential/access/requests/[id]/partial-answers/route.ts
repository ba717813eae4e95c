import { answerPartly as answer } from "@/lib/access/deadlines/answer-partly";
import { answerPartly } from "@/lib/api-client/operations/steering";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/access/requests/{id}/partial-answers",
  [bind(answerPartly, (cx, { params, body }) => answer(cx, params.id, body.reason))],
);
