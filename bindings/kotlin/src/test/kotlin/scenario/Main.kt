/** The story of `bindings/scenario/README.md`: `scenario write FOLDER`, `scenario read FOLDER`. */
package scenario

import java.io.PrintStream
import java.nio.charset.StandardCharsets.UTF_8
import java.nio.file.Path
import kotlin.system.exitProcess

fun main(arguments: Array<String>) {
    val verb = arguments.getOrNull(0)
    if (arguments.size != 2 || verb !in setOf("write", "read")) {
        System.err.println("usage: scenario write|read FOLDER")
        exitProcess(2)
    }
    val folder = Path.of(arguments[1])
    val out = PrintStream(System.out, true, UTF_8)
    if (verb == "write") Writing(folder) { out.println(it) }.play() else Reading(folder) { out.println(it) }.play()
}
