/** htmx, loaded before its extensions look for it on window. */
import htmx from "htmx.org";

export default htmx;
