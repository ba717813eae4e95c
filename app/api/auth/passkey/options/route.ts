import { answerSignIn } from "@/lib/http/sign-in/sign-in-endpoint";

export const GET = (request: Request): Promise<Response> => answerSignIn(request, "passkey/options");
