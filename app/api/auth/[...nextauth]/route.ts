import { answerSignIn } from "@/lib/http/sign-in/sign-in-endpoint";

interface Route {
  readonly params: Promise<{ readonly nextauth: readonly string[] }>;
}

const handler = async (request: Request, { params }: Route): Promise<Response> =>
  answerSignIn(request, (await params).nextauth.join("/"));

export { handler as DELETE, handler as GET, handler as PATCH, handler as POST, handler as PUT };
