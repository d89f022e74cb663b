/** A worker that says once a second that a second is over: browsers slow down the timers of pages nobody looks at. */

setInterval(() => postMessage(null), 1000);
