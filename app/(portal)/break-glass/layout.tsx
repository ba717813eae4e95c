import type { ReactNode } from "react";
import { Words } from "@/components/messages/words";

export default function BreakGlassLayout({ children }: { children: ReactNode }) {
  return <Words namespaces={["breakGlass", "requests.new.transactions"]}>{children}</Words>;
}
