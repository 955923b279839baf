// Every page of the console: htmx, self-hosted.
import htmx from "htmx.org";

window.htmx = htmx;
