import { Landing } from "@/app/_components/landing";
import { readHealth } from "@/lib/http/health";

export default async function FrontPage() {
  return <Landing health={await readHealth()} />;
}
