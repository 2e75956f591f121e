module obconform/harness/dist

go 1.26
