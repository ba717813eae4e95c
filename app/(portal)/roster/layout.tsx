import type { ReactNode } from "react";
import { Words } from "@/components/messages/words";

export default function RosterLayout({ children }: { children: ReactNode }) {
  return <Words namespaces={["roster"]}>{children}</Words>;
}
