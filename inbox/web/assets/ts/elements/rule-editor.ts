/** <rule-editor> around the form of a rule. */
import { RedrawnForm } from "./redrawn-form";

export class RuleEditor extends RedrawnForm {}

customElements.define("rule-editor", RuleEditor);
